with

households as (

    select * from {{ ref('stg_complete_journey__households') }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where customer_id <> 'unknown'

),

campaigns as (

    select * from {{ ref('stg_complete_journey__campaigns') }}

),

coupon_redemptions as (

    select * from {{ ref('stg_complete_journey__coupon_redemptions') }}

),

int_customers_named as (

    select household_id as customer_id from households
    union distinct
    select customer_id from orders
    union distinct
    select household_id as customer_id from campaigns
    union distinct
    select household_id as customer_id from coupon_redemptions

)

select * from int_customers_named
