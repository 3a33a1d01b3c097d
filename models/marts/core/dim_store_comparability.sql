with

spans as (

    select * from {{ ref('int_store_spans_parted') }}

),

stores_like_for_like as (

    select * from {{ ref('int_stores_like_for_like') }}

),

dim_store_comparability as (

    select
        spans.store_id,
        spans.valid_from_date,
        spans.valid_to_date,
        these.store_id is not null as is_like_for_like,
        bases.store_id is not null as is_like_for_like_base
    from spans
    left join stores_like_for_like as these
        on spans.store_id = these.store_id
        and spans.valid_from_date >= these.from_date
        and spans.valid_from_date <= these.to_date
    left join stores_like_for_like as bases
        on spans.store_id = bases.store_id
        and spans.valid_from_date >= bases.base_from_date
        and spans.valid_from_date <= bases.base_to_date

)

select * from dim_store_comparability
