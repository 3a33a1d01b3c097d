-- A line of which a part is not known leaves the way after net sales, in a step of its own, so that
-- the steps add up to the totals.
{%- set sale = "case when line_type = 'return' then 0 else " %}
{%- set known = "case when contribution_amount is null then 0 else " %}
{%- set steps = [
    ("gross_sales", sale ~ "gross_sales_amount end", false),
    ("promotion_discounts", sale ~ "-promotion_discount_amount end", false),
    ("loyalty_discounts", sale ~ "-loyalty_discount_amount end", false),
    ("offer_discounts", sale ~ "-offer_discount_amount end", false),
    ("coupon_match_discounts", sale ~ "-coupon_match_discount_amount end", false),
    ("included_tax", sale ~ "-included_tax_amount end", false),
    ("returns", "-returned_net_sales_amount", false),
    ("net_sales", "net_sales_amount", true),
    ("not_known", "case when contribution_amount is null then -net_sales_amount else 0 end", false),
    ("cost_of_goods_sold", known ~ "-cogs_amount end", false),
    ("shipping_charged", known ~ "shipping_income_amount end", false),
    ("shipping_cost", known ~ "-shipping_cost_amount end", false),
    ("payment_fees", known ~ "-payment_fee_amount end", false),
    ("promotion_funding", known ~ "promotion_funding_amount end", false),
    ("contribution", known ~ "contribution_amount end", true),
] %}

with

profit_lines as (

    select
        *,
        {{ dbt.date_trunc("month", "order_date") }} as month_date
    from {{ ref('fct_profit_lines') }}

),

months_added_up as (

    select
        {%- for step, amount, _ in steps %}
        sum({{ amount }}) as {{ step }}_amount,
        {%- endfor %}
        month_date
    from profit_lines
    group by month_date

),

steps_listed as (

    {% for step, _, is_total in steps -%}
    select
        month_date,
        {{ loop.index }} as step_number,
        '{{ step }}' as step_name,
        {{ "true" if is_total else "false" }} as is_total,
        {{ step }}_amount as step_amount
    from months_added_up
    {{ "union all" if not loop.last }}
    {% endfor %}

),

rpt_profit_waterfall as (

    select
        cast(month_date as date) as month_date,
        cast(step_number as {{ dbt.type_int() }}) as step_number,
        cast(step_name as {{ dbt.type_string() }}) as step_name,
        is_total,
        cast(step_amount as {{ dbt.type_numeric() }}) as step_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from steps_listed

)

select * from rpt_profit_waterfall
