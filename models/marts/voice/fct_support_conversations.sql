{{ by_day("started_date", cluster_by=["customer_id"]) }}

with

conversations as (

    select * from {{ ref('stg_voice__support_chats') }}

),

fct_support_conversations as (

    select
        chat_id as conversation_id,
        coalesce(customer_id, 'unknown') as customer_id,
        order_id,
        channel,
        agent_id,
        message_count,
        first_response_second_count,
        cast({{ dbt.datediff("started_at", "ended_at", "second") }} as {{ dbt.type_bigint() }})
            as duration_second_count,
        is_resolved,
        satisfaction_score,
        started_at,
        ended_at,
        {{ to_reporting_date('started_at') }} as started_date
    from conversations

)

select * from fct_support_conversations
