-- Of each refit what was said last; one that was no longer said when it was to begin was none.
with

store_versions as (

    select * from {{ ref('int_stores_versioned') }}
    where
        refit_from_date is not null
        and (valid_to_at is null or cast(valid_to_at as date) > refit_from_date)

),

refits_ranked as (

    select
        *,
        row_number() over (
            partition by store_id, refit_from_date order by valid_from_at desc
        ) as recency
    from store_versions

),

int_refits_kept as (

    select
        store_id,
        refit_from_date,
        refit_to_date
    from refits_ranked
    where recency = 1

)

select * from int_refits_kept
