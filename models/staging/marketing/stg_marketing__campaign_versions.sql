with

campaigns as (

    select * from {{ source('marketing', 'campaigns') }}

),

stg_marketing__campaign_versions as (

    select
        campaign_id,
        changed_at,
        campaign_name,
        campaign_kind,
        channel,
        start_date,
        end_date,
        cast(budget_amount as {{ dbt.type_numeric() }}) as budget_amount,
        is_randomised,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from campaigns

)

select * from stg_marketing__campaign_versions
