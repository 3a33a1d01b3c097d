-- The first version of a day's stock, and what came after it at its place; as with orders, a late
-- delivery is known when its feed had come as far. What a correction says came too late for whoever
-- stood before the shelf.
with

snapshots as (

    select * from {{ ref('stg_accepted__inventory_snapshots') }}

),

deliveries as (

    select * from {{ ref('int_sales_deliveries_dated') }}

),

snapshots_known as (

    select
        snapshots.store_id,
        snapshots.sku,
        snapshots.stock_date,
        snapshots.on_hand_unit_count <= 0 as is_stocked_out,
        greatest(
            snapshots.stock_date,
            {{ to_reporting_date("snapshots.updated_at") }},
            case
                when snapshots.stock_date < deliveries.late_before_utc_date
                    then deliveries.reached_date
                else snapshots.stock_date
            end
        ) as known_from_date,
        row_number() over (
            partition by snapshots.store_id, snapshots.sku, snapshots.stock_date
            order by snapshots.updated_at, deliveries.published_seq, snapshots.delivery_line
        ) as version_number
    from snapshots
    inner join deliveries
        on snapshots.delivery_id = deliveries.delivery_id

),

int_churn_stock_known as (

    select
        store_id,
        sku,
        stock_date,
        is_stocked_out,
        known_from_date,
        lead(stock_date) over (partition by store_id, sku order by stock_date)
            as next_stock_date,
        lead(known_from_date) over (partition by store_id, sku order by stock_date)
            as next_known_from_date
    from snapshots_known
    where version_number = 1

)

select * from int_churn_stock_known
