with

campaigns as (

    select * from {{ ref('int_campaigns_unified') }}

),

dim_campaigns as (

    select
        campaign_id,
        campaign_name,
        campaign_type,
        channel,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        cast({{ dbt.datediff("start_date", "end_date", "day") }} + 1 as {{ dbt.type_int() }})
            as duration_days,
        cast(budget_amount as {{ dbt.type_numeric() }}) as budget_amount,
        is_randomised,
        is_inferred
    from campaigns
    union all
    select
        'unknown' as campaign_id,
        'unknown' as campaign_name,
        'unknown' as campaign_type,
        'unknown' as channel,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as {{ dbt.type_int() }}) as duration_days,
        cast(null as {{ dbt.type_numeric() }}) as budget_amount,
        false as is_randomised,
        false as is_inferred

)

select * from dim_campaigns
