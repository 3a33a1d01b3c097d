-- Kept by the day of the order, on which the books of the order stand and its rate holds. Raw keeps
-- refunds by their own day, which is at most longest_return_days after the order's.
{{ by_day(
    "order_date",
    cluster_by=["refund_date", "store_id", "sku"],
    replaced="{{ dates_of(days_touched(
        ref('int_order_days_touched'), feeds=['refunds', 'fx_rates']
    )) }}",
) }}
{%- set days = days_touched(ref('int_order_days_touched'), feeds=["refunds", "fx_rates"]) %}

with

refunds as (

    select
        *,
        {{ to_reporting_date('ordered_at') }} as order_date,
        {{ to_reporting_date('refunded_at') }} as refund_date
    from {{ ref('stg_commerce__refunds') }}
    where
        not is_deleted
        {% if is_incremental() -%}
        and {{ in_days("refunded_at", days, 1, longest_return_days() | int + 1, kind="timestamp") }}
        and {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
        {%- endif %}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

refunds_joined_to_rates as (

    select
        refunds.*,
        case
            when refunds.currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from refunds
    left join exchange_rates
        on refunds.order_date = exchange_rates.rate_date
        and refunds.currency_code = exchange_rates.currency_code
    {% if is_incremental() -%}
    where {{ in_days("refunds.order_date", days) }}
    {%- endif %}

),

fct_refunds as (

    select
        refund_line_id,
        refund_id,
        order_id,
        cast(line_number as {{ dbt.type_bigint() }}) as line_number,
        order_date,
        refunded_at,
        refund_date,
        returned_at,
        store_id,
        channel,
        sku,
        refund_kind,
        refund_method,
        reason as refund_reason,
        is_restocked,
        exchange_order_id,
        cast(unit_count as {{ dbt.type_bigint() }}) as returned_unit_count,
        currency_code as order_currency_code,
        net_amount as order_net_amount,
        tax_amount as order_tax_amount,
        paid_amount as order_refunded_amount,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate,
        {{ in_reporting_currency("paid_amount", "currency_code", "exchange_rate") }}
            as refunded_amount,
        {{ in_reporting_currency("tax_amount", "currency_code", "exchange_rate") }} as tax_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from refunds_joined_to_rates

)

select * from fct_refunds
