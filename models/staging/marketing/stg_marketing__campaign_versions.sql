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
        is_randomised
    from campaigns

)

select * from stg_marketing__campaign_versions
