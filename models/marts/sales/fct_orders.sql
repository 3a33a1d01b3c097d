-- An order can run over midnight, `longest_order_days` at most. So a change on a touched day can
-- have moved the first day of an order that far either way, and the lines of an order that begins
-- on one of these days reach as far again.
{{ by_day(
    "order_date",
    cluster_by=["store_id", "customer_id"],
    replaced="{{ dates_of(days_touched(), longest_order_days(), longest_order_days()) }}",
) }}
{%- set days = days_touched() %}
{%- set longest = longest_order_days() %}
{%- set line_types = ["sale", "return", "adjustment", "deposit", "void"] %}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days, 2 * longest, 2 * longest) }}
    {%- endif %}

),

-- What only the head of an order says; lines of orders without one say the rest.
order_heads as (

    select * from {{ ref('stg_commerce__orders') }}
    {% if is_incremental() -%}
    where {{ in_days("ordered_at", days, 2 * longest, 2 * longest, kind="timestamp") }}
    {%- endif %}

),

lines_added_up as (

    select
        order_id,
        min(customer_id) as customer_id,
        max(is_guest) as is_guest,
        min(store_id) as store_id,
        min(channel) as channel,
        min(ordered_at) as ordered_at,
        min(order_date) as order_date,
        max(order_date) as last_order_date,
        min(trading_date) as trading_date,
        count(*) as order_line_count,
        {%- for line_type in line_types %}
        sum(case when line_type = '{{ line_type }}' then 1 else 0 end)
            as {{ line_type }}_line_count,
        {%- endfor %}
        count(distinct sku) as sku_count,
        sum(unit_count) as unit_count,
        {%- for amount in sales_amounts() %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        min(currency_code) as currency_code,
        min(order_currency_code) as order_currency_code,
        min(exchange_rate) as exchange_rate
    from order_lines
    group by order_id

),

orders_headed as (

    select
        lines_added_up.*,
        order_heads.exchange_of_order_id,
        case
            when order_heads.is_deleted then 'deleted'
            else coalesce(order_heads.status, 'completed')
        end as order_status,
        coalesce(order_heads.shipping_amount, 0) as charged_shipping_amount,
        coalesce(order_heads.rounding_amount, 0) as charged_rounding_amount,
        order_heads.total_amount as charged_total_amount
    from lines_added_up
    left join order_heads
        on lines_added_up.order_id = order_heads.order_id

),

fct_orders as (

    select
        order_id,
        customer_id,
        is_guest,
        store_id,
        channel,
        ordered_at,
        order_date,
        last_order_date,
        trading_date,
        order_status,
        exchange_of_order_id,
        cast(order_line_count as {{ dbt.type_bigint() }}) as order_line_count,
        {%- for line_type in line_types %}
        cast({{ line_type }}_line_count as {{ dbt.type_bigint() }}) as {{ line_type }}_line_count,
        {%- endfor %}
        sale_line_count > 0 as has_sale,
        return_line_count > 0 as has_return,
        return_line_count = order_line_count as is_return,
        cast(sku_count as {{ dbt.type_bigint() }}) as sku_count,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        {%- for amount in sales_amounts() %}
        cast({{ amount }} as {{ dbt.type_numeric() }}) as {{ amount }},
        {%- endfor %}
        {%- for amount in ["shipping_amount", "rounding_amount", "total_amount"] %}
        cast(
            case
                when order_status <> 'completed' then 0
                {%- if amount == "total_amount" %}
                when charged_total_amount is null then shopper_paid_amount
                {%- endif %}
                when currency_code = order_currency_code then charged_{{ amount }}
                else round(charged_{{ amount }} * exchange_rate, 2)
            end as {{ dbt.type_numeric() }}
        ) as {{ amount }},
        {%- endfor %}
        currency_code,
        order_currency_code,
        exchange_rate
    from orders_headed
    {% if is_incremental() -%}
    where {{ in_days("order_date", days, longest, longest) }}
    {%- endif %}

)

select * from fct_orders
