-- A purchase is an order with a sale; what was brought back lowers the money.
{%- set cutoffs = {"forecast": "business_date", "calibration": "calibration_date"} %}

with

orders as (

    select
        *,
        case when has_sale then order_date end as purchase_date
    from {{ ref('int_orders_known') }}
    where
        customer_id != 'unknown'
        and (has_sale or has_return)

),

cutoffs as (

    select * from {{ ref('int_lifetime_cutoffs') }}

),

int_lifetime_orders_known as (

    select
        orders.customer_id,
        {%- for purpose, cutoff in cutoffs.items() %}
        case when {{ lifetime_known_on(cutoff) }} then orders.purchase_date end
            as {{ purpose }}_purchase_date,
        case when {{ lifetime_known_on(cutoff) }} then orders.net_sales_amount end
            as {{ purpose }}_net_sales_amount,
        {%- endfor %}
        orders.order_date > cutoffs.calibration_date as is_later
    from orders
    cross join cutoffs

)

select * from int_lifetime_orders_known
