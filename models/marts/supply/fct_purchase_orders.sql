-- A rate of exchange holds for some days more, until the next one comes.
{%- set feeds = ["purchase_orders", "fx_rates"] %}
{{ by_day(
    "ordered_date",
    cluster_by=["store_id", "sku"],
    replaced="{{ dates_of(
        days_touched(
            ref('stg_ops__touched_days'), 'touched_utc_date', ['purchase_orders', 'fx_rates']
        ),
        after=longest_rate_gap_days()
    ) }}",
) }}
{%- set days = days_touched(ref("stg_ops__touched_days"), "touched_utc_date", feeds) %}

with

purchase_orders as (

    select * from {{ ref('stg_erp__purchase_orders') }}
    {% if is_incremental() -%}
    where {{ in_days("ordered_date", days, after=longest_rate_gap_days()) }}
    {%- endif %}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

orders_joined_to_rates as (

    select
        purchase_orders.*,
        case
            when purchase_orders.currency_code = '{{ currency_code() }}'
                then cast(1 as {{ dbt.type_numeric() }})
            else exchange_rates.exchange_rate
        end as exchange_rate
    from purchase_orders
    left join exchange_rates
        on purchase_orders.ordered_date = exchange_rates.rate_date
        and purchase_orders.currency_code = exchange_rates.currency_code

),

orders_in_shop_currency as (

    select
        *,
        cast(round(unit_cost_amount * exchange_rate, 4) as {{ dbt.type_numeric() }})
            as shop_unit_cost_amount
    from orders_joined_to_rates

),

fct_purchase_orders as (

    select
        concat(purchase_order_id, '-', cast(line_number as {{ dbt.type_string() }}))
            as purchase_order_line_id,
        purchase_order_id,
        cast(line_number as {{ dbt.type_bigint() }}) as line_number,
        supplier_id,
        store_id,
        sku,
        ordered_date,
        expected_date,
        received_date,
        status as line_status,
        cast(ordered_unit_count as {{ dbt.type_bigint() }}) as ordered_unit_count,
        cast(received_unit_count as {{ dbt.type_bigint() }}) as received_unit_count,
        cast(
            case
                when status = 'open' then greatest(ordered_unit_count - received_unit_count, 0)
                else 0
            end as {{ dbt.type_bigint() }}
        ) as inbound_unit_count,
        shop_unit_cost_amount as unit_cost_amount,
        cast(ordered_unit_count * shop_unit_cost_amount as {{ dbt.type_numeric() }})
            as ordered_cost_amount,
        cast(received_unit_count * shop_unit_cost_amount as {{ dbt.type_numeric() }})
            as received_cost_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code,
        currency_code as supplier_currency_code,
        cast(unit_cost_amount as {{ dbt.type_numeric() }}) as supplier_unit_cost_amount,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate,
        cast({{ dbt.datediff("ordered_date", "received_date", "day") }} as {{ dbt.type_bigint() }})
            as lead_time_day_count,
        received_date > expected_date as is_late
    from orders_in_shop_currency

)

select * from fct_purchase_orders
