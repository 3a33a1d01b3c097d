-- Who bought in a slice, and how often. Orders that name nobody count as a customer each.
{%- set dimensions = {
    "shop": "'shop'", "channel": "orders.channel", "state": "coalesce(stores.state, 'unknown')"
} %}
{%- set customer -%}
    case
        when customer_id = 'unknown' then concat('order ', order_id)
        else customer_id
    end
{%- endset %}

with

orders as (

    select
        order_id,
        store_id,
        channel,
        {{ customer }} as customer_id,
        {{ week_start("trading_date", "monday") }} as week_start_date
    from {{ ref('fct_orders') }}
    where has_sale

),

order_lines as (

    select
        order_id,
        product_id,
        {{ customer }} as customer_id,
        {{ week_start("trading_date", "monday") }} as week_start_date
    from {{ ref('fct_order_lines') }}
    where line_type = 'sale'

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

dimensions as (

    {% for dimension in dimensions -%}
    select '{{ dimension }}' as dimension_name
    {{ "union all" if not loop.last }}
    {% endfor %}

),

traffic as (

    select
        orders.week_start_date,
        orders.order_id,
        orders.customer_id,
        dimensions.dimension_name,
        case dimensions.dimension_name
            {% for dimension, column in dimensions.items() -%}
            when '{{ dimension }}' then {{ column }}
            {% endfor %}
        end as member_name
    from orders
    inner join weeks
        on orders.week_start_date = weeks.week_start_date
    left join stores
        on orders.store_id = stores.store_id
    cross join dimensions
    union all
    select
        order_lines.week_start_date,
        order_lines.order_id,
        order_lines.customer_id,
        'category' as dimension_name,
        coalesce(products.category, 'unknown') as member_name
    from order_lines
    inner join weeks
        on order_lines.week_start_date = weeks.week_start_date
    left join products
        on order_lines.product_id = products.product_id

),

int_sales_weekly_traffic as (

    select
        week_start_date,
        dimension_name,
        member_name,
        count(distinct customer_id) as customer_count,
        count(distinct order_id) as order_count
    from traffic
    group by week_start_date, dimension_name, member_name

)

select * from int_sales_weekly_traffic
