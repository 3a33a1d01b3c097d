-- Kept by the day of the order, on which the books of the order stand and its rate holds.
{{ by_day(
    "order_date",
    cluster_by=["chargeback_date"],
    replaced="{{ dates_of(days_touched(
        ref('int_order_days_touched'), feeds=['chargebacks', 'fx_rates']
    )) }}",
) }}
{%- set days = days_touched(ref('int_order_days_touched'), feeds=["chargebacks", "fx_rates"]) %}

with

chargebacks as (

    select
        *,
        {{ to_reporting_date('ordered_at') }} as order_date,
        {{ to_reporting_date('opened_at') }} as chargeback_date
    from {{ ref('stg_after_sale__chargebacks') }}
    {% if is_incremental() -%}
    where {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

chargebacks_measured as (

    select
        chargebacks.*,
        case when chargebacks.status = 'lost' then chargebacks.amount else 0 end
            as order_charged_back_amount,
        case when chargebacks.status = 'open' then chargebacks.amount else 0 end
            as order_disputed_amount,
        case
            when chargebacks.currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from chargebacks
    left join exchange_rates
        on chargebacks.order_date = exchange_rates.rate_date
        and chargebacks.currency_code = exchange_rates.currency_code
    {% if is_incremental() -%}
    where {{ in_days("chargebacks.order_date", days) }}
    {%- endif %}

),

fct_chargebacks as (

    select
        chargeback_id,
        payment_id,
        order_id,
        order_date,
        opened_at,
        chargeback_date,
        resolved_at,
        reason as chargeback_reason,
        status as chargeback_status,
        currency_code as order_currency_code,
        amount as order_chargeback_amount,
        cast(order_disputed_amount as {{ dbt.type_numeric() }}) as order_disputed_amount,
        cast(order_charged_back_amount as {{ dbt.type_numeric() }}) as order_charged_back_amount,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate,
        {{ in_reporting_currency("order_charged_back_amount", "currency_code", "exchange_rate") }}
            as charged_back_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from chargebacks_measured

)

select * from fct_chargebacks
