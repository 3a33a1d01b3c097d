with

payments as (

    select * from {{ source('commerce', 'payments') }}

),

stg_commerce__payments as (

    select
        cast(payment_id as {{ dbt.type_string() }}) as payment_id,
        updated_at,
        processed_at,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        ordered_at,
        cast(parent_payment_id as {{ dbt.type_string() }}) as parent_payment_id,
        payment_kind,
        payment_method,
        status,
        cast(amount as {{ dbt.type_numeric() }}) as amount,
        currency_code,
        cast(fee_amount as {{ dbt.type_numeric() }}) as fee_amount,
        card_fingerprint,
        gift_card_id,
        is_deleted
    from payments

)

select * from stg_commerce__payments
