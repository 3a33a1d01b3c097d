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
        error_code,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from device_events

)

select * from stg_after_sale__device_events
