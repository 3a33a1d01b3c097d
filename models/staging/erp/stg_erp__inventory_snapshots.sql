with

inventory_snapshots as (

    select * from {{ source('erp', 'inventory_snapshots') }}

),

stg_erp__inventory_snapshots as (

    select
        store_id,
        sku,
        stock_date,
        updated_at,
        on_hand_unit_count,
        inbound_unit_count,
        received_unit_count,
        sold_unit_count,
        written_off_unit_count
    from inventory_snapshots

)

select * from stg_erp__inventory_snapshots
