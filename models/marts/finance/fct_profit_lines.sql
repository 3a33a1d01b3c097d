-- A unit costs what it costs on the day, so a receipt, a cost or a count of stock that becomes
-- known touches all days since; an offer that is described, the days on which it was redeemed.
{%- set causes = ["purchase_orders", "product_costs", "inventory_snapshots", "fx_rates"] %}
{{ by_day(
    "order_date",
    cluster_by=["product_id", "customer_id", "store_id"],
    replaced="{{ dates_of(days_recosted() + days_since(" ~ causes ~ ") + days_reoffered()) }}",
) }}
{%- set days = days_recosted() + days_since(causes) + days_reoffered() %}
{%- set parts = ["shipping_income", "shipping_cost", "payment_fee"] %}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

),

order_cost_shares as (

    select * from {{ ref('fct_order_cost_shares') }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

),

refunds as (

    select
        {{ dbt.concat(["'refund-'", "refund_line_id"]) }} as order_line_id,
        is_restocked
    from {{ ref('stg_commerce__refunds') }}
    {% if is_incremental() -%}
    where {{ in_days("refunded_at", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

offers as (

    select * from {{ ref('dim_offers') }}

),

unit_costs as (

    select * from {{ ref('int_unit_costs_daily') }}
    {% if is_incremental() -%}
    where {{ in_days("date_day", days) }}
    {%- endif %}

),

-- Goods that come back and cannot be sold again bring no cost back. What is sold but no goods, a
-- gift card, or not sold after all costs nothing.
lines_costed as (

    select
        order_lines.*,
        unit_costs.cost_method,
        unit_costs.unit_cost_amount,
        case
            when order_lines.unit_count = 0 or refunds.is_restocked = false then 0
            else order_lines.unit_count * unit_costs.unit_cost_amount
        end as cogs_amount,
        {%- for amount in parts %}
        case
            when order_lines.line_type = 'return' then 0
            else order_cost_shares.{{ amount }}_amount
        end as {{ amount }}_amount,
        {%- endfor %}
        round(order_lines.offer_discount_amount * coalesce(offers.supplier_funding_rate, 0), 4)
            as promotion_funding_amount
    from order_lines
    left join order_cost_shares
        on order_lines.order_line_id = order_cost_shares.order_line_id
    left join refunds
        on order_lines.order_line_id = refunds.order_line_id
    left join offers
        on order_lines.offer_id = offers.offer_id
    left join unit_costs
        on order_lines.sku = unit_costs.sku
        and order_lines.order_date = unit_costs.date_day

),

fct_profit_lines as (

    select
        order_line_id,
        order_id,
        order_date,
        customer_id,
        store_id,
        channel,
        product_id,
        sku,
        offer_id,
        line_type,
        unit_count,
        gross_sales_amount,
        promotion_discount_amount,
        loyalty_discount_amount,
        offer_discount_amount,
        coupon_match_discount_amount,
        included_tax_amount,
        net_sales_amount,
        cast(
            case when line_type = 'return' then -net_sales_amount else 0 end
            as {{ dbt.type_numeric() }}
        ) as returned_net_sales_amount,
        cost_method,
        cast(unit_cost_amount as {{ dbt.type_numeric() }}) as unit_cost_amount,
        cast(cogs_amount as {{ dbt.type_numeric() }}) as cogs_amount,
        cogs_amount is null as has_unknown_cost,
        cast(
            case when cogs_amount is null then 0 else net_sales_amount end
            as {{ dbt.type_numeric() }}
        ) as costed_net_sales_amount,
        cast(net_sales_amount - cogs_amount as {{ dbt.type_numeric() }}) as gross_margin_amount,
        {%- for amount in parts + ["promotion_funding"] %}
        cast({{ amount }}_amount as {{ dbt.type_numeric() }}) as {{ amount }}_amount,
        {%- endfor %}
        cast(
            net_sales_amount
            - cogs_amount
            + shipping_income_amount
            - shipping_cost_amount
            - payment_fee_amount
            + promotion_funding_amount as {{ dbt.type_numeric() }}
        ) as contribution_amount,
        currency_code
    from lines_costed

)

select * from fct_profit_lines
