with

stores_versioned as (

    select * from {{ ref('int_stores_versioned') }}

),

dim_store_versions as (

    select
        store_version_id,
        store_id,
        cast(store_name as {{ dbt.type_string() }}) as store_name,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(city as {{ dbt.type_string() }}) as city,
        cast(state as {{ dbt.type_string() }}) as state,
        cast(country_code as {{ dbt.type_string() }}) as country_code,
        cast(time_zone as {{ dbt.type_string() }}) as time_zone,
        cast(trading_day_start_hour as {{ dbt.type_bigint() }}) as trading_day_start_hour,
        cast(currency_code as {{ dbt.type_string() }}) as currency_code,
        cast(floor_square_metre_count as {{ dbt.type_bigint() }}) as floor_square_metre_count,
        cast(opened_date as date) as opened_date,
        cast(closed_date as date) as closed_date,
        cast(refit_from_date as date) as refit_from_date,
        cast(refit_to_date as date) as refit_to_date,
        cast(valid_from_at as {{ dbt.type_timestamp() }}) as valid_from_at,
        cast(valid_to_at as {{ dbt.type_timestamp() }}) as valid_to_at,
        is_current
    from stores_versioned

)

select * from dim_store_versions
