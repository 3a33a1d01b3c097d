-- Spend is the same for every method; a month in which a channel cost something and earned no
-- credit is a row, too.
with

credits as (

    select
        {{ month_start("order_date") }} as month_start_date,
        method,
        channel_group,
        credit_share,
        case when is_first_order then credit_share else 0 end as first_order_share,
        credited_net_sales_amount,
        credited_gross_margin_amount
    from {{ ref('fct_attribution') }}

),

spend_by_month as (

    select * from {{ ref('int_channel_spend_monthly') }}

),

methods as (

    select distinct method from credits

),

spend_and_credit as (

    select
        month_start_date,
        method,
        channel_group,
        0 as spend_amount,
        credit_share,
        first_order_share,
        credited_net_sales_amount,
        credited_gross_margin_amount
    from credits
    union all
    select
        spend_by_month.month_start_date,
        methods.method,
        spend_by_month.channel_group,
        spend_by_month.spend_amount,
        0 as credit_share,
        0 as first_order_share,
        0 as credited_net_sales_amount,
        0 as credited_gross_margin_amount
    from spend_by_month
    cross join methods

),

channels_added_up as (

    select
        month_start_date,
        method,
        channel_group,
        sum(spend_amount) as spend_amount,
        sum(credit_share) as credited_orders,
        sum(first_order_share) as credited_first_orders,
        sum(credited_net_sales_amount) as credited_net_sales_amount,
        sum(credited_gross_margin_amount) as credited_gross_margin_amount
    from spend_and_credit
    group by month_start_date, method, channel_group

),

rpt_channel_performance as (

    select
        month_start_date,
        method,
        channel_group,
        cast(spend_amount as {{ dbt.type_numeric() }}) as spend_amount,
        cast(round(credited_orders, 6) as {{ dbt.type_numeric() }}) as credited_orders,
        cast(round(credited_first_orders, 6) as {{ dbt.type_numeric() }})
            as credited_first_orders,
        cast(credited_net_sales_amount as {{ dbt.type_numeric() }}) as credited_net_sales_amount,
        cast(credited_gross_margin_amount as {{ dbt.type_numeric() }})
            as credited_gross_margin_amount,
        cast(
            round(credited_net_sales_amount / nullif(spend_amount, 0), 4)
            as {{ dbt.type_numeric() }}
        ) as roas,
        -- Below a hundredth of a customer a cost per customer says nothing.
        cast(
            round(
                case when credited_first_orders >= 0.01 then spend_amount end
                / nullif(credited_first_orders, 0),
                4
            ) as {{ dbt.type_numeric() }}
        ) as cac_amount,
        cast(
            min(credited_net_sales_amount) over (partition by month_start_date, channel_group)
            as {{ dbt.type_numeric() }}
        ) as lowest_credited_net_sales_amount,
        cast(
            max(credited_net_sales_amount) over (partition by month_start_date, channel_group)
            as {{ dbt.type_numeric() }}
        ) as highest_credited_net_sales_amount
    from channels_added_up

)

select * from rpt_channel_performance
