{%- set cutoffs = {"forecast": "business_date", "calibration": "calibration_date"} -%}

with

customers as (

    select * from {{ ref('int_customer_purchases_added_up') }}

),

cutoffs as (

    select * from {{ ref('int_lifetime_cutoffs') }}

),

int_customer_lifetimes as (

    {% for purpose, cutoff in cutoffs.items() -%}
    {%- set first = "customers." ~ purpose ~ "_first_purchase_date" -%}
    {%- set last = "customers." ~ purpose ~ "_last_purchase_date" -%}
    select
        customers.customer_id,
        '{{ purpose }}' as fitted_for,
        cutoffs.{{ cutoff }} as cutoff_date,
        customers.{{ purpose }}_purchase_count - 1 as frequency_count,
        {{ dbt.datediff(first, last, "day") }} as recency_day_count,
        {{ dbt.datediff(first, "cutoffs." ~ cutoff, "day") }} as age_day_count,
        customers.{{ purpose }}_net_sales_amount as net_sales_amount,
        customers.later_purchase_count,
        customers.later_net_sales_amount
    from customers
    cross join cutoffs
    where customers.{{ purpose }}_purchase_count > 0
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from int_customer_lifetimes
