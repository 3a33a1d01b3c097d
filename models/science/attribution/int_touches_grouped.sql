{%- set look_back = attribution_look_back_days() %}

with

touches as (

    select * from {{ ref('fct_touches') }}

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

channel_groups as (

    select * from {{ ref('channel_groups') }}

),

int_touches_grouped as (

    select
        touches.touch_id,
        touches.visitor_id,
        touches.session_id,
        touches.campaign_id,
        touches.touched_at,
        touches.touched_date,
        nullif(touches.customer_id, 'unknown') as customer_id,
        case when touches.customer_id != 'unknown' then touches.touched_at end as signed_in_at,
        coalesce(channel_groups.channel_group, touches.channel) as channel_group,
        coalesce(channel_groups.is_direct, false) as is_direct,
        coalesce(channel_groups.session_rank, 1) as session_rank,
        least(coalesce(channel_groups.look_back_days, {{ look_back }}), {{ look_back }})
            as look_back_days
    from touches
    inner join business_dates
        on touches.touched_date <= business_dates.business_date
    left join channel_groups
        on touches.channel = channel_groups.channel
        and touches.is_click = channel_groups.is_click

)

select * from int_touches_grouped
