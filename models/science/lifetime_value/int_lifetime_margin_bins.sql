-- A margin that is known of less than half of the sales says nothing of the rest: then there are no
-- bins, and no margin is fitted.
with

customers as (

    select
        *,
        cast(costed_net_sales_amount as {{ dbt.type_float() }}) as sales,
        cast(gross_margin_amount as {{ dbt.type_float() }}) as margin
    from {{ ref('int_customer_margins') }}

),

shops_with_known_costs as (

    select sum(costed_net_sales_amount) as costed_net_sales_amount
    from customers
    having sum(costed_net_sales_amount) > 0.5 * sum(net_sales_amount)

),

int_lifetime_margin_bins as (

    select
        'forecast' as fitted_for,
        {{ lifetime_log_bin('customers.sales', 5, -25, 100) }} as sales_bin,
        count(*) as customer_count,
        sum(customers.costed_net_sales_amount) as net_sales_amount,
        sum(customers.gross_margin_amount) as gross_margin_amount,
        sum(
            cast(
                customers.margin * customers.margin / customers.sales as {{ dbt.type_numeric() }}
            )
        ) as squared_margin_amount
    from customers
    inner join shops_with_known_costs
        on shops_with_known_costs.costed_net_sales_amount > 0
    where customers.costed_net_sales_amount > 0
    group by 2

)

select * from int_lifetime_margin_bins
