-- Changes add up over stores. What a store has when its first row opens came before the feed began.
with

inventory_snapshots as (

    select
        *,
        received_unit_count - sold_unit_count - written_off_unit_count as changed_unit_count
    from {{ ref('stg_erp__inventory_snapshots') }}

),

first_days as (

    select
        store_id,
        sku,
        min(stock_date) as first_stock_date
    from inventory_snapshots
    group by store_id, sku

),

changes_added_up as (

    select
        inventory_snapshots.sku,
        inventory_snapshots.stock_date,
        sum(inventory_snapshots.changed_unit_count) as changed_unit_count,
        sum(
            case
                when first_days.first_stock_date = inventory_snapshots.stock_date
                    then
                        inventory_snapshots.on_hand_unit_count
                        - inventory_snapshots.changed_unit_count
                else 0
            end
        ) as first_unit_count
    from inventory_snapshots
    inner join first_days
        on inventory_snapshots.store_id = first_days.store_id
        and inventory_snapshots.sku = first_days.sku
    group by inventory_snapshots.sku, inventory_snapshots.stock_date

),

int_stock_levels_added_up as (

    select
        sku,
        stock_date,
        cast(
            sum(first_unit_count + changed_unit_count) over (
                partition by sku
                order by stock_date
                rows between unbounded preceding and current row
            ) - changed_unit_count as {{ dbt.type_bigint() }}
        ) as opening_unit_count
    from changes_added_up

)

select * from int_stock_levels_added_up
