with

campaigns as (

    select * from {{ ref('int_campaigns_unified') }}

),

campaigns_with_unknown as (

    select
        campaign_id,
        campaign_type,
        start_date,
        end_date,
        is_inferred
    from campaigns
    union all
    select
        'unknown' as campaign_id,
        'unknown' as campaign_type,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        false as is_inferred

),

dim_campaigns as (

    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(campaign_type as {{ dbt.type_string() }}) as campaign_type,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        cast({{ dbt.datediff("start_date", "end_date", "day") }} + 1 as {{ dbt.type_int() }})
            as duration_days,
        is_inferred
    from campaigns_with_unknown

)

select * from dim_campaigns
