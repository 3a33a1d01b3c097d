{%- set by_store = "over (partition by closures.store_id order by closures.from_date" %}

with

closures as (

    select * from {{ ref('int_closures_listed') }}

),

stores_opened as (

    select
        store_id,
        coalesce(closed_date, cast('{{ var("calendar_end_date") }}' as date)) as closed_date
    from {{ ref('int_stores_opened') }}

),

-- Works can begin while others last.
spans_between_closures as (

    select
        closures.store_id,
        {{ add_days("max(closures.to_date) " ~ by_store ~ ", closures.to_date)", 365) }}
            as from_date,
        least(
            coalesce(
                {{ add_days("lead(closures.from_date) " ~ by_store ~ ", closures.to_date)", -1) }},
                stores_opened.closed_date
            ),
            stores_opened.closed_date
        ) as to_date
    from closures
    inner join stores_opened
        on closures.store_id = stores_opened.store_id

),

int_stores_like_for_like as (

    select
        store_id,
        from_date,
        to_date,
        {{ add_days("from_date", -364) }} as base_from_date,
        {{ add_days("to_date", -364) }} as base_to_date
    from spans_between_closures
    where from_date <= to_date

)

select * from int_stores_like_for_like
