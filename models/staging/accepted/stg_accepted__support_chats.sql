with

support_chats as (

    select * from {{ source('accepted', 'voice__support_chats') }}

),

stg_accepted__support_chats as (

    select
        cast(chat_id as {{ dbt.type_string() }}) as chat_id,
        updated_at,
        started_at,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line
    from support_chats

)

select * from stg_accepted__support_chats
