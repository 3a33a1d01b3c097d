with

refunds as (

    select * from {{ source('accepted', 'commerce__refunds') }}

),

stg_accepted__refunds as (

    select
        cast(refund_line_id as {{ dbt.type_string() }}) as refund_line_id,
        cast(refund_id as {{ dbt.type_string() }}) as refund_id,
        updated_at,
        refunded_at,
        ordered_at,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        sku,
        refund_kind,
        cast(tax_amount as {{ dbt.type_numeric() }}) as tax_amount,
        cast(paid_amount as {{ dbt.type_numeric() }}) as paid_amount,
        currency_code,
        is_deleted,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line
    from refunds

)

select * from stg_accepted__refunds
