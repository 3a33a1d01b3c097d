with

households as (

    select * from {{ ref('stg_complete_journey__households') }}

),

accounts as (

    select * from {{ ref('int_accounts_described') }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where customer_id <> 'unknown'

),

contacts as (

    select * from {{ ref('int_contacts_named') }}

),

holders as (

    select * from {{ ref('int_holders_named') }}

),

int_customers_named as (

    select household_id as customer_id from households
    union distinct
    select customer_id from accounts
    union distinct
    select customer_id from orders
    union distinct
    select customer_id from contacts
    union distinct
    select customer_id from holders

)

select * from int_customers_named
