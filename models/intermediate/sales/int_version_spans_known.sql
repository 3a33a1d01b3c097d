-- A version that becomes known can change all since the day before its change, whatever the time
-- zone: after a late one, those that follow may say nothing new any more, and what comes back later
-- names the version of its sale. The first one also speaks for what came before: a store or product
-- from its opening or launch, unless another version spoke for it until now. Of a product that was
-- sold before anybody described it, int_unlisted_skus_sold knows the days.
{%- set entity = "partition by entity_name, entity_id" %}

with

deliveries as (

    select * from {{ ref('stg_ops__deliveries') }}

),

days_of_all as (

    select
        min(touched_utc_date) as first_touched_date,
        max(touched_utc_date) as last_touched_date
    from {{ ref('stg_ops__touched_days') }}

),

versions as (

    select
        'product' as entity_name,
        sku as entity_id,
        changed_at,
        launched_date as opening_date,
        delivery_id
    from {{ ref('stg_erp__product_versions') }}
    union all
    select
        'store' as entity_name,
        store_id as entity_id,
        changed_at,
        opened_date as opening_date,
        delivery_id
    from {{ ref('stg_erp__store_versions') }}

),

versions_published as (

    select
        versions.*,
        deliveries.published_seq,
        cast(versions.changed_at as date) as change_date,
        row_number() over ({{ entity }} order by versions.changed_at) = 1 as is_first,
        min(deliveries.published_seq) over ({{ entity }}) < deliveries.published_seq as is_late
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
                when versions_published.is_first and versions_published.is_late
                    then days_of_all.first_touched_date
                when versions_published.is_first
                    and versions_published.opening_date < versions_published.change_date
                    then versions_published.opening_date
                else versions_published.change_date
            end""", -1) }} as first_date,
        {{ add_days("days_of_all.last_touched_date", 1) }} as last_date
    from versions_published
    cross join days_of_all

)

select * from int_version_spans_known
