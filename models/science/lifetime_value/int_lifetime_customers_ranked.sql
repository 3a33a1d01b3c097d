-- The customers of 13 weeks before the business date, by what was then expected of them.
with

customers as (

    select * from {{ ref('int_customer_lifetimes_ranged') }}
    where
        fitted_for = 'calibration'
        and purchases_13_weeks is not null

),

int_lifetime_customers_ranked as (

    select
        customer_id,
        cutoff_date,
        cast(p_alive as {{ dbt.type_numeric() }}) as p_alive,
        cast(purchases_13_weeks as {{ dbt.type_numeric() }}) as expected_purchases,
        cast(purchases_13_weeks * expected_spend as {{ dbt.type_numeric() }})
            as expected_net_sales_amount,
        later_purchase_count,
        later_net_sales_amount,
        case
            when
                later_purchase_count between purchases_13_weeks_lower and purchases_13_weeks_upper
                then 1
            else 0
        end as in_range_count,
        ntile(10) over (order by purchases_13_weeks desc, customer_id asc) as tenth
    from customers

)

select * from int_lifetime_customers_ranked
