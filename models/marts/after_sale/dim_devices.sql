with

devices as (

    select * from {{ ref('stg_after_sale__devices') }}

),

device_events as (

    select * from {{ ref('fct_device_events') }}

),

devices_covered as (

    select * from {{ ref('int_devices_covered') }}

),

warranty_claims as (

    select * from {{ ref('stg_after_sale__warranty_claims') }}

),

products as (

    select product_id from {{ ref('dim_products') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

events_added_up as (

    select
        device_id,
        max(event_at) as last_reported_at,
        max(usage_hour_count) as usage_hour_count,
        sum(case when event_kind = 'warning' then 1 else 0 end) as warning_count,
        sum(case when event_kind = 'failure' then 1 else 0 end) as failure_count,
        sum(case when event_kind = 'repair' then 1 else 0 end) as repair_count,
        max(case when event_kind = 'failure' then event_at end) as last_failed_at,
        max(case when event_kind = 'repair' then event_at end) as last_repaired_at
    from device_events
    group by device_id

),

-- A device that reports, is insured or claimed for is a device, also before its sale is delivered.
devices_named as (

    select serial_number as device_id from devices
    union distinct
    select device_id from events_added_up
    union distinct
    select device_id from devices_covered
    union distinct
    select serial_number as device_id from warranty_claims

),

dim_devices as (

    select
        devices_named.device_id,
        coalesce(products.product_id, 'unknown') as product_id,
        devices.sku,
        coalesce(devices.batch_code, 'unknown') as batch_code,
        devices.manufactured_date,
        devices.order_id,
        {{ line_id("devices.order_id", "devices.line_number") }} as order_line_id,
        coalesce(devices.customer_id, 'unknown') as customer_id,
        devices.sold_at,
        {{ to_reporting_date('devices.sold_at') }} as sold_date,
        devices.activated_at,
        devices.retired_at,
        devices.retired_at is not null as is_retired,
        devices_covered.maker_cover_end_date,
        devices_covered.extended_cover_end_date,
        devices_covered.extended_at,
        devices_covered.extended_at is not null as is_extended,
        coalesce(devices_covered.cover_end_date >= business_dates.business_date, false)
            as is_covered,
        events_added_up.last_reported_at,
        cast(events_added_up.usage_hour_count as {{ dbt.type_bigint() }}) as usage_hour_count,
        cast(coalesce(events_added_up.warning_count, 0) as {{ dbt.type_bigint() }})
            as warning_count,
        cast(coalesce(events_added_up.failure_count, 0) as {{ dbt.type_bigint() }})
            as failure_count,
        cast(coalesce(events_added_up.repair_count, 0) as {{ dbt.type_bigint() }}) as repair_count,
        events_added_up.last_failed_at,
        events_added_up.last_failed_at is not null
        and (
            events_added_up.last_repaired_at is null
            or events_added_up.last_repaired_at < events_added_up.last_failed_at
        ) as is_failed,
        devices.serial_number is null as is_inferred
    from devices_named
    left join devices
        on devices_named.device_id = devices.serial_number
    left join products
        on devices.sku = products.product_id
    left join devices_covered
        on devices_named.device_id = devices_covered.device_id
    left join events_added_up
        on devices_named.device_id = events_added_up.device_id
    cross join business_dates

)

select * from dim_devices
