with

device_events as (

    select * from {{ source('after_sale', 'device_events') }}

),

stg_after_sale__device_events as (

    select
        cast(event_id as {{ dbt.type_string() }}) as event_id,
        event_at,
        updated_at,
        serial_number,
        event_kind,
        usage_hour_count,
        error_code
    from device_events

)

select * from stg_after_sale__device_events
