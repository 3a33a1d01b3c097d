-- Kept by the day of the order, on which the books of the order stand and its rate holds.
{{ by_day(
    "order_date",
    cluster_by=["payment_date", "payment_method"],
    replaced="{{ dates_of(days_touched(
        ref('int_order_days_touched'), feeds=['payments', 'fx_rates']
    )) }}",
) }}
{%- set days = days_touched(ref('int_order_days_touched'), feeds=["payments", "fx_rates"]) %}

with

payments as (

    select
        *,
        {{ to_reporting_date('ordered_at') }} as order_date,
        {{ to_reporting_date('processed_at') }} as payment_date
    from {{ ref('stg_commerce__payments') }}
    where
        not is_deleted
        {% if is_incremental() -%}
        and {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
        {%- endif %}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

-- Only a capture or a sale brings money in: the authorisation before a capture is the same money.
payments_sorted as (

    select
        payments.*,
        case when payments.status = 'success' then payments.payment_kind end as effect,
        case
            when payments.currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from payments
    left join exchange_rates
        on payments.order_date = exchange_rates.rate_date
        and payments.currency_code = exchange_rates.currency_code

),

payments_measured as (

    select
        *,
        case
            when effect = 'authorisation' then amount
            when effect in ('capture', 'void') then -amount
            else 0
        end as order_reserved_amount,
        case when effect in ('capture', 'sale') then amount else 0 end as order_captured_amount
    from payments_sorted
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

),

fct_payments as (

    select
        payment_id,
        parent_payment_id,
        order_id,
        order_date,
        processed_at,
        payment_date,
        payment_kind,
        payment_method,
        status as payment_status,
        cast(
            case when effect in ('capture', 'sale') then 1 else 0 end as {{ dbt.type_bigint() }}
        ) as capture_count,
        card_fingerprint,
        gift_card_id,
        currency_code as order_currency_code,
        amount as order_payment_amount,
        cast(order_reserved_amount as {{ dbt.type_numeric() }}) as order_reserved_amount,
        cast(order_captured_amount as {{ dbt.type_numeric() }}) as order_captured_amount,
        fee_amount as order_fee_amount,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate,
        {{ in_reporting_currency("order_captured_amount", "currency_code", "exchange_rate") }}
            as captured_amount,
        {{ in_reporting_currency("fee_amount", "currency_code", "exchange_rate", 4) }}
            as fee_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from payments_measured

)

select * from fct_payments
