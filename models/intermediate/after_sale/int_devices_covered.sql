with

warranty_contracts as (

    select * from {{ ref('stg_after_sale__warranty_contracts') }}

),

int_devices_covered as (

    select
        serial_number as device_id,
        max(case when contract_kind = 'maker' then end_date end) as maker_cover_end_date,
        max(case when contract_kind = 'extended' then end_date end) as extended_cover_end_date,
        min(case when contract_kind = 'extended' then sold_at end) as extended_at,
        max(end_date) as cover_end_date
    from warranty_contracts
    group by serial_number

)

select * from int_devices_covered
