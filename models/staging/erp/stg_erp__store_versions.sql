with

stores as (

    select * from {{ source('erp', 'stores') }}

),

stg_erp__store_versions as (

    select
        store_id,
        changed_at,
        store_name,
        channel,
        city,
        state,
        country_code,
        time_zone,
        trading_day_start_hour,
        currency_code,
        floor_square_metre_count,
        opened_date,
        closed_date,
        refit_from_date,
        refit_to_date,
        _delivery_id as delivery_id
    from stores

)

select * from stg_erp__store_versions
