-- A store that has not opened yet is closed, too: its opening ends the first closure.
with

stores_opened as (

    select * from {{ ref('int_stores_opened') }}
    where opened_date is not null

),

refits as (

    select * from {{ ref('int_refits_kept') }}

),

int_closures_listed as (

    select
        store_id,
        cast('{{ var("calendar_first_date") }}' as date) as from_date,
        {{ add_days("opened_date", -1) }} as to_date
    from stores_opened
    union all
    select
        store_id,
        refit_from_date as from_date,
        coalesce(refit_to_date, cast('{{ var("calendar_end_date") }}' as date)) as to_date
    from refits

)

select * from int_closures_listed
