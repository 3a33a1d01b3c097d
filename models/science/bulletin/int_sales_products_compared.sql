-- Each product of a slice in a week and in the one that it is compared with, and the terms of the
-- decomposition that are the product's own.
{%- set measures = [
    "counted_unit_count", "gross_sales_amount", "discount_amount", "sold_amount", "taken_back_amount"
] %}
{%- set float = dbt.type_float() %}

with

weeks as (

    select * from {{ ref('int_sales_weeks_compared') }}

),

products as (

    select * from {{ ref('int_sales_weekly_products') }}

),

both_sides as (

    {% for side, week in {"this": "week_start_date", "base": "base_start_date"}.items() -%}
    select
        {% for measure in measures -%}
        {{ "products." ~ measure if side == "this" else 0 }} as {{ measure }},
        {{ "products." ~ measure if side == "base" else 0 }} as base_{{ measure }},
        {% endfor -%}
        weeks.week_start_date,
        weeks.compared_with,
        products.dimension_name,
        products.member_name,
        products.product_id
    from weeks
    inner join products
        on weeks.{{ week }} = products.week_start_date
    {% if not loop.last %}union all
    {% endif -%}
    {% endfor %}

),

sides_paired as (

    select
        {% for measure in measures -%}
        sum({{ measure }}) as {{ measure }},
        sum(base_{{ measure }}) as base_{{ measure }},
        {% endfor -%}
        week_start_date,
        compared_with,
        dimension_name,
        member_name,
        product_id
    from both_sides
    group by week_start_date, compared_with, dimension_name, member_name, product_id

),

-- A logarithm needs a price, before and after discounts, on both sides.
factors as (

    select
        *,
        {%- for side in ["", "base_"] %}
        cast({{ side }}sold_amount as {{ float }}) as {{ side }}sold,
        cast({{ side }}counted_unit_count as {{ float }}) as {{ side }}units,
        1 - cast({{ side }}discount_amount as {{ float }})
        / nullif(cast({{ side }}gross_sales_amount as {{ float }}), 0) as {{ side }}kept_share,
        {%- endfor %}
        counted_unit_count > 0
        and base_counted_unit_count > 0
        and sold_amount > 0
        and base_sold_amount > 0
        and gross_sales_amount > greatest(discount_amount, 0)
        and base_gross_sales_amount > greatest(base_discount_amount, 0) as is_sold_in_both
    from sides_paired

),

logarithms as (

    select
        *,
        case when is_sold_in_both then {{ log_mean("sold", "base_sold") }} end as log_mean,
        case when is_sold_in_both then ln(units / base_units) end as unit_log,
        case when is_sold_in_both then ln(kept_share / base_kept_share) end as promotion_log,
        case when is_sold_in_both then ln(sold / base_sold) end as sold_log
    from factors

),

int_sales_products_compared as (

    select
        week_start_date,
        compared_with,
        dimension_name,
        member_name,
        product_id,
        {%- for measure in measures %}
        {{ measure }},
        base_{{ measure }},
        {%- endfor %}
        is_sold_in_both,
        log_mean,
        unit_log,
        promotion_log,
        sold_log - unit_log - promotion_log as price_log
    from logarithms

)

select * from int_sales_products_compared
