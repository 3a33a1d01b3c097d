with

households as (

    select * from {{ source('complete_journey', 'households') }}

),

stg_complete_journey__households as (

    select
        cast(household_id as {{ dbt.type_string() }}) as household_id,
        age as age_range,
        income as income_range,
        home_ownership,
        marital_status,
        household_size,
        household_comp as household_composition,
        kids_count as kids_count_range,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from households

)

select * from stg_complete_journey__households
