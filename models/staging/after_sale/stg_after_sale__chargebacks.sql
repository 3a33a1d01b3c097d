with

chargebacks as (

    select * from {{ source('after_sale', 'chargebacks') }}

),

stg_after_sale__chargebacks as (

    select
        cast(chargeback_id as {{ dbt.type_string() }}) as chargeback_id,
        updated_at,
        opened_at,
        cast(payment_id as {{ dbt.type_string() }}) as payment_id,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        ordered_at,
        cast(amount as {{ dbt.type_numeric() }}) as amount,
        currency_code,
        reason,
        status,
        resolved_at
    from chargebacks

)

select * from stg_after_sale__chargebacks
