with

touched_days as (

    select
        published_seq,
        touched_utc_date
    from {{ ref('stg_ops__touched_days') }}
    where published_seq > {{ watermark() }}

),

products_first_seen as (

    select
        product_id,
        published_seq
    from {{ ref('int_products_first_seen') }}
    where published_seq > {{ watermark() }}

),

unlisted_skus_sold as (

    select * from {{ ref('int_unlisted_skus_sold') }}

),

-- Reporting zones lie up to 14 hours from UTC, so a UTC date falls on at most three reporting
-- dates.
day_offsets as (

    select -1 as day_offset
    union all
    select 0 as day_offset
    union all
    select 1 as day_offset

),

days_of_deliveries as (

    select
        touched_days.published_seq,
        cast(
            {{ dbt.dateadd('day', 'day_offsets.day_offset', 'touched_days.touched_utc_date') }}
            as date
        ) as touched_day
    from touched_days
    cross join day_offsets

),

days_of_new_products as (

    select
        products_first_seen.published_seq,
        unlisted_skus_sold.order_date as touched_day
    from unlisted_skus_sold
    inner join products_first_seen
        on unlisted_skus_sold.sku = products_first_seen.product_id

),

days_of_both as (

    select * from days_of_deliveries
    union all
    select * from days_of_new_products

),

int_days_touched as (

    select distinct
        touched_day,
        published_seq
    from days_of_both

)

select * from int_days_touched
