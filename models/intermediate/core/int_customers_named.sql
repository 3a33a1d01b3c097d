with

int_customers_named as (

    select household_id as customer_id from {{ ref('stg_complete_journey__households') }}
    union distinct
    select customer_id from {{ ref('int_accounts_described') }}
    union distinct
    select customer_id from {{ ref('fct_orders') }}
    where customer_id <> 'unknown'
    union distinct
    select customer_id from {{ ref('int_contacts_named') }}
    union distinct
    select customer_id from {{ ref('int_holders_named') }}

)

select * from int_customers_named
