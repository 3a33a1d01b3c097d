-- Kept by the day of the order, as payments and shipments are. As long as a part of a cost is not
-- known, nobody knows the cost.
{{ by_day(
    "order_date",
    cluster_by=["order_id"],
    replaced="{{ dates_of(days_recosted()) }}",
) }}
{%- set days = days_recosted() %}

with

-- The lines that carry the costs of their order; a return has an order of its own.
order_lines as (

    select * from {{ ref('fct_order_lines') }}
    where
        source_name = 'commerce'
        and line_type != 'return'
        {% if is_incremental() -%}
        and {{ in_days("order_date", days) }}
        {%- endif %}

),

order_heads as (

    select * from {{ ref('stg_commerce__orders') }}
    where
        status = 'completed'
        and not is_deleted
        {% if is_incremental() -%}
        and {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
        {%- endif %}

),

{% for fact, amount in {
    "fct_payments": "fee_amount", "fct_shipments": "shipping_cost_amount"
}.items() -%}
{{ fact.removeprefix("fct_") }} as (

    select
        order_id,
        case when count(*) = count({{ amount }}) then sum({{ amount }}) end as cost_amount
    from {{ ref(fact) }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}
    group by order_id

),

{% endfor -%}
orders_added_up as (

    select
        order_id,
        min(order_date) as order_date,
        min(channel) as channel,
        max(exchange_rate) as exchange_rate,
        count(*) as carrier_line_count,
        sum(unit_count) as unit_count,
        sum(shopper_paid_amount) as carrier_paid_amount,
        sum(tax_amount) as line_tax_amount
    from order_lines
    group by order_id

),

-- What is charged for shipping holds tax where prices do: what the lines do not explain.
orders_joined as (

    select
        orders_added_up.*,
        payments.order_id is not null as has_payment,
        payments.cost_amount as payment_fee_amount,
        shipments.order_id is not null as has_shipment,
        shipments.cost_amount as shipping_cost_amount,
        coalesce(order_heads.shipping_amount, 0) > 0 as has_charged_shipping,
        order_heads.shipping_amount * orders_added_up.exchange_rate as charged_shipping_amount,
        case
            when order_heads.is_tax_included
                then
                    order_heads.tax_amount * orders_added_up.exchange_rate
                    - orders_added_up.line_tax_amount
            else 0
        end as shipping_tax_amount
    from orders_added_up
    left join order_heads
        on orders_added_up.order_id = order_heads.order_id
    left join payments
        on orders_added_up.order_id = payments.order_id
    left join shipments
        on orders_added_up.order_id = shipments.order_id

),

fct_order_costs as (

    select
        order_id,
        order_date,
        cast(carrier_line_count as {{ dbt.type_bigint() }}) as carrier_line_count,
        cast(carrier_paid_amount as {{ dbt.type_numeric() }}) as carrier_paid_amount,
        cast(
            case
                when has_charged_shipping
                    then round(charged_shipping_amount - greatest(shipping_tax_amount, 0), 2)
                else 0
            end as {{ dbt.type_numeric() }}
        ) as shipping_income_amount,
        cast(
            case
                when has_shipment then shipping_cost_amount
                when channel = 'store' or unit_count = 0 then 0
            end as {{ dbt.type_numeric() }}
        ) as shipping_cost_amount,
        cast(
            case when has_payment then payment_fee_amount else 0 end as {{ dbt.type_numeric() }}
        ) as payment_fee_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from orders_joined

)

select * from fct_order_costs
