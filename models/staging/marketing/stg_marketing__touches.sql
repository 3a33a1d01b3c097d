with

touches as (

    select * from {{ source('marketing', 'touches') }}

),

stg_marketing__touches as (

    select
        cast(touch_id as {{ dbt.type_string() }}) as touch_id,
        touched_at,
        updated_at,
        visitor_id,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        session_id,
        channel,
        campaign_id,
        device_kind,
        is_click,
        page_view_count
    from touches

)

select * from stg_marketing__touches
