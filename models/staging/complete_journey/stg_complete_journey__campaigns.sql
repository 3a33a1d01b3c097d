with

campaigns as (

    select * from {{ source('complete_journey', 'campaigns') }}

),

stg_complete_journey__campaigns as (

    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(household_id as {{ dbt.type_string() }}) as household_id,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from campaigns

)

select * from stg_complete_journey__campaigns
