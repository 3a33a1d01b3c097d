-- What a slice sold of each product in a week: sales alone, and beside them what returns and
-- corrections took back.
{%- set dimensions = {
    "shop": "'shop'", "category": "category", "channel": "channel", "state": "state"
} %}
{%- set discounts = [
    "promotion_discount_amount",
    "loyalty_discount_amount",
    "offer_discount_amount",
    "coupon_match_discount_amount",
] %}
{%- set is_sale = "order_lines.line_type = 'sale'" %}

with

order_lines as (

    select
        *,
        {{ week_start("trading_date", "monday") }} as week_start_date
    from {{ ref('fct_order_lines') }}

),

products as (

    select * from {{ ref('dim_products') }}

),

stores as (

    select * from {{ ref('dim_stores') }}

),

weeks as (

    select week_start_date from {{ ref('int_sales_weeks_compared') }}
    union distinct
    select base_start_date as week_start_date from {{ ref('int_sales_weeks_compared') }}

),

places as (

    select
        order_lines.week_start_date,
        order_lines.product_id,
        order_lines.channel,
        coalesce(products.category, 'unknown') as category,
        coalesce(stores.state, 'unknown') as state,
        sum(case when {{ is_sale }} then 1 else 0 end) as line_count,
        sum(case when {{ is_sale }} then order_lines.unit_count else 0 end) as unit_count,
        sum(case when {{ is_sale }} then order_lines.gross_sales_amount else 0 end)
            as gross_sales_amount,
        sum(
            case
                when {{ is_sale }}
                    then order_lines.{{ discounts | join(" + order_lines.") }}
                else 0
            end
        ) as discount_amount,
        sum(case when {{ is_sale }} then order_lines.net_sales_amount else 0 end) as sold_amount,
        sum(case when {{ is_sale }} then 0 else order_lines.net_sales_amount end)
            as taken_back_amount
    from order_lines
    inner join weeks
        on order_lines.week_start_date = weeks.week_start_date
    left join products
        on order_lines.product_id = products.product_id
    left join stores
        on order_lines.store_id = stores.store_id
    group by
        order_lines.week_start_date,
        order_lines.product_id,
        order_lines.channel,
        coalesce(products.category, 'unknown'),
        coalesce(stores.state, 'unknown')

),

-- Fuel by the gallon would drown every basket: of what is sold by measure a line is one unit.
units_counted as (

    select
        *,
        case
            when
                sum(unit_count) over (partition by product_id)
                > 100 * sum(line_count) over (partition by product_id)
                then line_count
            else unit_count
        end as counted_unit_count
    from places

),

dimensions as (

    {% for dimension in dimensions -%}
    select '{{ dimension }}' as dimension_name
    {{ "union all" if not loop.last }}
    {% endfor %}

),

members as (

    select
        units_counted.*,
        dimensions.dimension_name,
        case dimensions.dimension_name
            {% for dimension, column in dimensions.items() -%}
            when '{{ dimension }}' then {{ column }}
            {% endfor %}
        end as member_name
    from units_counted
    cross join dimensions

),

int_sales_weekly_products as (

    select
        week_start_date,
        dimension_name,
        member_name,
        product_id,
        cast(sum(counted_unit_count) as {{ dbt.type_bigint() }}) as counted_unit_count,
        cast(sum(gross_sales_amount) as {{ dbt.type_numeric() }}) as gross_sales_amount,
        cast(sum(discount_amount) as {{ dbt.type_numeric() }}) as discount_amount,
        cast(sum(sold_amount) as {{ dbt.type_numeric() }}) as sold_amount,
        cast(sum(taken_back_amount) as {{ dbt.type_numeric() }}) as taken_back_amount
    from members
    group by week_start_date, dimension_name, member_name, product_id

)

select * from int_sales_weekly_products
