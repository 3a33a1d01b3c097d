-- A version speaks from the day before its change to the day after the next one, whatever the time
-- zone. The first one also speaks for what came before: of a product that was sold before anybody
-- described it, int_unlisted_skus_sold knows the days; a store opens before it sells.
with

product_versions as (

    select * from {{ ref('stg_erp__product_versions') }}

),

store_versions as (

    select * from {{ ref('stg_erp__store_versions') }}

),

deliveries as (

    select * from {{ ref('stg_ops__deliveries') }}

),

last_days as (

    select max(touched_utc_date) as last_touched_date from {{ ref('stg_ops__touched_days') }}

),

versions as (

    select
        'product' as entity_name,
        sku as entity_id,
        changed_at,
        launched_date as first_date,
        delivery_id
    from product_versions
    union all
    select
        'store' as entity_name,
        store_id as entity_id,
        changed_at,
        opened_date as first_date,
        delivery_id
    from store_versions

),

versions_published as (

    select
        versions.entity_name,
        versions.entity_id,
        versions.changed_at,
        versions.first_date,
        deliveries.published_seq,
        lag(versions.changed_at) over (
            partition by versions.entity_name, versions.entity_id
            order by versions.changed_at
        ) is null as is_first,
        lead(versions.changed_at) over (
            partition by versions.entity_name, versions.entity_id
            order by versions.changed_at
        ) as next_changed_at
    from versions
    inner join deliveries
        on versions.delivery_id = deliveries.delivery_id

),

int_version_spans_known as (

    select
        versions_published.entity_name,
        versions_published.entity_id,
        versions_published.changed_at,
        versions_published.published_seq,
        {{ add_days("""
            case
                when versions_published.is_first
                    and versions_published.first_date < cast(versions_published.changed_at as date)
                    then versions_published.first_date
                else cast(versions_published.changed_at as date)
            end""", -1) }} as first_date,
        {{ add_days("""
            coalesce(
                cast(versions_published.next_changed_at as date),
                last_days.last_touched_date
            )""", 1) }} as last_date
    from versions_published
    cross join last_days

)

select * from int_version_spans_known
