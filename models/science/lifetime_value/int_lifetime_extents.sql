{%- set exact_customer_count = 50000 -%}

-- Up to 50,000 customers a fit sees each as he is: there are no more cells than customers. Above,
-- it sees them in steps, whose number does not grow with the customers.
with

customers as (

    select * from {{ ref('int_customer_lifetimes') }}

),

int_lifetime_extents as (

    select
        fitted_for,
        count(*) as customer_count,
        max(frequency_count) as greatest_frequency_count,
        max(age_day_count) as greatest_age_day_count,
        count(*) <= {{ exact_customer_count }} as is_exact
    from customers
    group by fitted_for

)

select * from int_lifetime_extents
