with

customers as (

    select * from {{ ref('int_lifetime_customers_ranked') }}

),

tenths_added_up as (

    select
        tenth,
        cutoff_date,
        count(*) as customer_count,
        sum(expected_purchases) as expected_purchases,
        sum(later_purchase_count) as purchase_count,
        sum(p_alive) as expected_alive,
        sum(in_range_count) as in_range_count,
        sum(expected_net_sales_amount) as expected_net_sales_amount,
        sum(later_net_sales_amount) as net_sales_amount
    from customers
    group by tenth, cutoff_date

),

rpt_lifetime_value_calibration as (

    select
        cast(tenth as {{ dbt.type_bigint() }}) as tenth,
        cutoff_date,
        cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
        cast(expected_purchases as {{ dbt.type_numeric() }}) as expected_purchases,
        cast(purchase_count as {{ dbt.type_bigint() }}) as purchase_count,
        cast(
            expected_purchases / nullif(purchase_count, 0) - 1 as {{ dbt.type_numeric() }}
        ) as purchase_bias_rate,
        cast(expected_alive / customer_count as {{ dbt.type_numeric() }}) as mean_p_alive,
        cast(in_range_count / customer_count as {{ dbt.type_numeric() }}) as in_range_share,
        cast(expected_net_sales_amount as {{ dbt.type_numeric() }}) as expected_net_sales_amount,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount
    from tenths_added_up

)

select * from rpt_lifetime_value_calibration
