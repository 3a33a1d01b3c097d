with

customers as (

    select
        *,
        cast(net_sales_amount as {{ dbt.type_float() }}) as sales,
        cast(gross_margin_amount as {{ dbt.type_float() }}) as margin
    from {{ ref('int_customer_margins') }}
    where net_sales_amount > 0

),

shops as (

    select * from {{ ref('int_lifetime_costs_known') }}
    where has_known_costs

),

int_lifetime_margin_bins as (

    select
        'forecast' as fitted_for,
        {{ lifetime_log_bin('customers.sales', 5, -25, 100) }} as sales_bin,
        count(*) as customer_count,
        sum(customers.net_sales_amount) as net_sales_amount,
        sum(customers.gross_margin_amount) as gross_margin_amount,
        sum(
            cast(
                customers.margin * customers.margin / customers.sales as {{ dbt.type_numeric() }}
            )
        ) as squared_margin_amount
    from customers
    cross join shops
    group by 2

)

select * from int_lifetime_margin_bins
