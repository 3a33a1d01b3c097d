-- By the first version of a conversation; as with orders, a late one is known when its feed had
-- come as far.
with

conversations as (

    select * from {{ ref('stg_accepted__support_chats') }}
    where customer_id is not null

),

deliveries as (

    select * from {{ ref('int_sales_deliveries_dated') }}

),

conversations_known as (

    select
        conversations.chat_id,
        conversations.customer_id,
        {{ to_reporting_date("conversations.started_at") }} as event_date,
        {{ to_reporting_date("conversations.updated_at") }} as updated_date,
        case
            when cast(conversations.started_at as date) < deliveries.late_before_utc_date
                then deliveries.reached_date
        end as reached_date,
        row_number() over (
            partition by conversations.chat_id
            order by conversations.updated_at, deliveries.published_seq, conversations.delivery_line
        ) as version_number
    from conversations
    inner join deliveries
        on conversations.delivery_id = deliveries.delivery_id

),

int_churn_contacts_known as (

    select
        'contact' as event_name,
        customer_id,
        event_date,
        greatest(event_date, updated_date, coalesce(reached_date, event_date)) as known_from_date,
        cast(null as date) as known_to_date
    from conversations_known
    where version_number = 1

)

select * from int_churn_contacts_known
