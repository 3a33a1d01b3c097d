with

campaign_descriptions as (

    select * from {{ source('complete_journey', 'campaign_descriptions') }}

),

stg_complete_journey__campaign_descriptions as (

    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        campaign_type,
        start_date,
        end_date,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from campaign_descriptions

)

select * from stg_complete_journey__campaign_descriptions
