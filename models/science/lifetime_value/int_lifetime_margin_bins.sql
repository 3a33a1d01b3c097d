{%- set bins_per_unit = 5 -%}
{%- set lowest, highest = -25, 100 -%}

-- A margin that is known of less than half of the sales says nothing of the rest: then there are no
-- bins, and no margin is fitted.
with

customers as (

    select * from {{ ref('int_customer_margins') }}

),

shops_with_known_costs as (

    select sum(customers.costed_net_sales_amount) as costed_net_sales_amount
    from customers
    having sum(customers.costed_net_sales_amount) > 0.5 * sum(customers.net_sales_amount)

),

customers_in_bins as (

    select
        customers.costed_net_sales_amount,
        customers.gross_margin_amount,
        cast(customers.costed_net_sales_amount as {{ dbt.type_float() }}) as sales,
        cast(customers.gross_margin_amount as {{ dbt.type_float() }}) as margin
    from customers
    inner join shops_with_known_costs
        on shops_with_known_costs.costed_net_sales_amount > 0
    where customers.costed_net_sales_amount > 0

),

customers_with_squares as (

    select
        costed_net_sales_amount,
        gross_margin_amount,
        cast(margin * margin / sales as {{ dbt.type_numeric() }}) as squared_margin_amount,
        cast(
            least(greatest(floor(ln(sales) * {{ bins_per_unit }}), {{ lowest }}), {{ highest }})
            as {{ dbt.type_bigint() }}
        ) as sales_bin
    from customers_in_bins

),

int_lifetime_margin_bins as (

    select
        'forecast' as fitted_for,
        sales_bin,
        count(*) as customer_count,
        sum(costed_net_sales_amount) as net_sales_amount,
        sum(gross_margin_amount) as gross_margin_amount,
        sum(squared_margin_amount) as squared_margin_amount
    from customers_with_squares
    group by sales_bin

)

select * from int_lifetime_margin_bins
