-- Kept by the day of the order, on which the books of the order stand and its rate holds.
{{ by_day(
    "order_date",
    cluster_by=["shipped_date", "carrier"],
    replaced="{{ dates_of(days_touched(
        ref('int_order_days_touched'), feeds=['shipments', 'fx_rates']
    )) }}",
) }}
{%- set days = days_touched(ref('int_order_days_touched'), feeds=["shipments", "fx_rates"]) %}

with

shipments as (

    select
        *,
        {{ to_reporting_date('ordered_at') }} as order_date,
        {{ to_reporting_date('shipped_at') }} as shipped_date,
        {{ to_reporting_date('delivered_at') }} as delivered_date
    from {{ ref('stg_commerce__shipments') }}
    {% if is_incremental() -%}
    where {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

shipments_joined_to_rates as (

    select
        shipments.*,
        case
            when shipments.currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from shipments
    left join exchange_rates
        on shipments.order_date = exchange_rates.rate_date
        and shipments.currency_code = exchange_rates.currency_code
    {% if is_incremental() -%}
    where {{ in_days("shipments.order_date", days) }}
    {%- endif %}

),

fct_shipments as (

    select
        shipment_id,
        order_id,
        order_date,
        store_id,
        carrier,
        shipped_at,
        shipped_date,
        promised_date,
        delivered_at,
        delivered_date,
        status as shipment_status,
        delivered_date <= promised_date as is_on_time,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        currency_code as order_currency_code,
        shipping_cost_amount as order_shipping_cost_amount,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate,
        {{ in_reporting_currency("shipping_cost_amount", "currency_code", "exchange_rate", 4) }}
            as shipping_cost_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from shipments_joined_to_rates

)

select * from fct_shipments
