with

orders as (

    select * from {{ source('commerce', 'orders') }}

),

stg_commerce__orders as (

    select
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        updated_at,
        ordered_at,
        store_id,
        channel,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        guest_email_hmac as guest_email_hash,
        loyalty_id_hmac as loyalty_id_hash,
        session_id,
        status,
        cast(exchange_of_order_id as {{ dbt.type_string() }}) as exchange_of_order_id,
        currency_code,
        is_tax_included,
        cast(line_net_amount as {{ dbt.type_numeric() }}) as line_net_amount,
        cast(shipping_amount as {{ dbt.type_numeric() }}) as shipping_amount,
        cast(tax_amount as {{ dbt.type_numeric() }}) as tax_amount,
        cast(rounding_amount as {{ dbt.type_numeric() }}) as rounding_amount,
        cast(total_amount as {{ dbt.type_numeric() }}) as total_amount,
        is_deleted
    from orders

)

select * from stg_commerce__orders
