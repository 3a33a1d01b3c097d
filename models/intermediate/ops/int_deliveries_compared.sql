-- A file comes again under the same name, or as its next version: a repair, of whatever was wrong.
with

deliveries as (

    select
        *,
        regexp_replace(
            file_name, '(_v[0-9]+)?[.](csv|jsonl|parquet)([.]gz)?$', ''
        ) as unversioned_name,
        case when delivery_status = 'accepted' then published_seq end as accepted_seq,
        case when delivery_status = 'accepted' then finished_at end as accepted_at
    from {{ ref('stg_ops__deliveries') }}
    where delivery_kind = 'file' and delivery_status in ('accepted', 'rejected')

),

int_deliveries_compared as (

    select
        delivery_id,
        max(accepted_at) over (
            partition by source_name, feed_name
            order by published_seq
            rows between unbounded preceding and 1 preceding
        ) as previous_accepted_at,
        coalesce(
            max(accepted_seq) over (partition by source_name, feed_name, unversioned_name)
            > published_seq,
            false
        ) as is_sent_again
    from deliveries

)

select * from int_deliveries_compared
