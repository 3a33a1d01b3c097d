with

email_events as (

    select * from {{ source('marketing', 'email_events') }}

),

stg_marketing__email_events as (

    select
        cast(event_id as {{ dbt.type_string() }}) as event_id,
        event_at,
        updated_at,
        cast(message_id as {{ dbt.type_string() }}) as message_id,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        campaign_id,
        offer_id,
        event_kind
    from email_events

)

select * from stg_marketing__email_events
