with

inventory_snapshots as (

    select * from {{ source('accepted', 'erp__inventory_snapshots') }}

),

stg_accepted__inventory_snapshots as (

    select
        store_id,
        sku,
        stock_date,
        updated_at,
        on_hand_unit_count,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line
    from inventory_snapshots

)

select * from stg_accepted__inventory_snapshots
