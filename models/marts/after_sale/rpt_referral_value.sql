with

customers_first_valued as (

    select * from {{ ref('int_customers_first_valued') }}
    where is_first_value_known

),

referrals as (

    select * from {{ ref('fct_referrals') }}
    where is_first_invitation and not is_self_referral

),

customers_grouped as (

    select
        cast({{ dbt.date_trunc('month', 'customers_first_valued.first_order_date') }} as date)
            as first_order_month_date,
        referrals.referral_id is not null as is_referred,
        customers_first_valued.first_value_order_count,
        customers_first_valued.first_value_net_sales_amount,
        referrals.reward_amount
    from customers_first_valued
    left join referrals
        on customers_first_valued.customer_id = referrals.referred_customer_id

),

groups_added_up as (

    select
        first_order_month_date,
        is_referred,
        count(*) as customer_count,
        sum(case when first_value_order_count > 1 then 1 else 0 end) as repeat_customer_count,
        sum(first_value_order_count) as order_count,
        sum(first_value_net_sales_amount) as net_sales_amount,
        coalesce(sum(reward_amount), 0) as reward_amount
    from customers_grouped
    group by first_order_month_date, is_referred

),

rpt_referral_value as (

    select
        first_order_month_date,
        is_referred,
        cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
        cast(repeat_customer_count as {{ dbt.type_bigint() }}) as repeat_customer_count,
        cast(order_count as {{ dbt.type_bigint() }}) as order_count,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        cast(reward_amount as {{ dbt.type_numeric() }}) as reward_amount,
        cast(round(net_sales_amount / customer_count, 2) as {{ dbt.type_numeric() }})
            as net_sales_per_customer_amount
    from groups_added_up

)

select * from rpt_referral_value
