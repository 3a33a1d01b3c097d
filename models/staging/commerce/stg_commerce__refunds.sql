with

refunds as (

    select * from {{ source('commerce', 'refunds') }}

),

stg_commerce__refunds as (

    select
        cast(refund_line_id as {{ dbt.type_string() }}) as refund_line_id,
        cast(refund_id as {{ dbt.type_string() }}) as refund_id,
        updated_at,
        refunded_at,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        line_number,
        ordered_at,
        store_id,
        channel,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        guest_email_hmac as guest_email_hash,
        sku,
        refund_kind,
        quantity as unit_count,
        cast(net_amount as {{ dbt.type_numeric() }}) as net_amount,
        cast(tax_amount as {{ dbt.type_numeric() }}) as tax_amount,
        cast(paid_amount as {{ dbt.type_numeric() }}) as paid_amount,
        currency_code,
        refund_method,
        cast(exchange_order_id as {{ dbt.type_string() }}) as exchange_order_id,
        reason,
        returned_at,
        is_restocked,
        is_deleted
    from refunds

)

select * from stg_commerce__refunds
