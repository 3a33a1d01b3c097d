with

support_chats as (

    select * from {{ source('voice', 'support_chats') }}

),

stg_voice__support_chats as (

    select
        cast(chat_id as {{ dbt.type_string() }}) as chat_id,
        updated_at,
        started_at,
        ended_at,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        channel,
        agent_id,
        message_count,
        first_response_second_count,
        is_resolved,
        satisfaction_score
    from support_chats

)

select * from stg_voice__support_chats
