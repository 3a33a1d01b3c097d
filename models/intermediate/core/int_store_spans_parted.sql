-- Spans meet without a gap, so that each day of a store finds one.
with

stores_like_for_like as (

    select * from {{ ref('int_stores_like_for_like') }}

),

turning_days as (

    select
        store_id,
        cast('{{ var("calendar_first_date") }}' as date) as valid_from_date
    from {{ ref('dim_stores') }}
    {%- for day in ["from_date", "base_from_date"] %}
    union distinct
    select store_id, {{ day }} as valid_from_date from stores_like_for_like
    union distinct
    select store_id, {{ add_days(day.replace("from", "to"), 1) }} as valid_from_date
    from stores_like_for_like
    {%- endfor %}

),

int_store_spans_parted as (

    select
        store_id,
        valid_from_date,
        lead(valid_from_date) over (partition by store_id order by valid_from_date)
            as valid_to_date
    from turning_days

)

select * from int_store_spans_parted
