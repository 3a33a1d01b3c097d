with

devices as (

    select * from {{ source('after_sale', 'devices') }}

),

stg_after_sale__devices as (

    select
        serial_number,
        updated_at,
        sku,
        batch_code,
        manufactured_date,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        line_number,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        sold_at,
        activated_at,
        retired_at
    from devices

)

select * from stg_after_sale__devices
