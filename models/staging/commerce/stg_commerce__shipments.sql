with

shipments as (

    select * from {{ source('commerce', 'shipments') }}

),

stg_commerce__shipments as (

    select
        cast(shipment_id as {{ dbt.type_string() }}) as shipment_id,
        updated_at,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        ordered_at,
        store_id,
        carrier,
        shipped_at,
        promised_date,
        delivered_at,
        unit_count,
        cast(shipping_cost_amount as {{ dbt.type_numeric() }}) as shipping_cost_amount,
        currency_code,
        status
    from shipments

)

select * from stg_commerce__shipments
