-- The shop in every grain, its hours for the last two weeks; members of its dimensions in months
-- and beyond. Finer slices are asked for, by compare_periods or `onemart query`, and not kept.
{%- set names = ["net_sales", "gross_sales", "discounts", "units", "returned_net_sales"] -%}
{%- set measures = semantic_measures("daily_sales", names) -%}
{%- set dimensions = {
    "category": "sales_of_days.category",
    "channel": "sales_of_days.channel",
    "store": "sales_of_days.store_id",
    "city": "stores.city",
    "state": "stores.state",
} -%}
{%- set coarse_grains = [
    "month", "quarter", "year", "retail_period", "retail_quarter", "retail_year", "event"
] %}

with

sales_hourly as (

    select * from {{ ref('fct_sales_hourly') }}

),

stores as (

    select * from {{ ref('dim_stores') }}

),

sales_of_days as (

    select
        {% for name, expression in measures.items() -%}
        sum({{ expression }}) as {{ name }},
        {% endfor -%}
        trading_date,
        store_id,
        channel,
        category
    from sales_hourly
    group by trading_date, store_id, channel, category

),

dimensions as (

    {% for dimension in dimensions -%}
    select '{{ dimension }}' as dimension_name
    {{ "union all" if not loop.last }}
    {% endfor %}

),

sales_of_members as (

    select
        {% for name in measures -%}
        sales_of_days.{{ name }},
        {% endfor -%}
        sales_of_days.trading_date,
        dimensions.dimension_name,
        case dimensions.dimension_name
            {% for dimension, column in dimensions.items() -%}
            when '{{ dimension }}' then {{ column }}
            {% endfor %}
        end as member_name
    from sales_of_days
    inner join stores
        on sales_of_days.store_id = stores.store_id
    cross join dimensions

),

shop as (

    {{ compare_periods(
        "sales_of_days", measures.keys() | list, grains=["day", "week", "retail_week"] + coarse_grains
    ) }}

),

shop_hours as (

    {{ compare_periods("sales_hourly", measures, hour_column="trading_hour", grains=["hour"]) }}

),

members as (

    {{ compare_periods(
        "sales_of_members",
        measures.keys() | list,
        by=["dimension_name", "member_name"],
        grains=coarse_grains,
    ) }}

),

all_slices as (

    select
        'shop' as dimension_name,
        'shop' as member_name,
        *
    from shop
    union all
    select
        'shop' as dimension_name,
        'shop' as member_name,
        *
    from shop_hours
    union all
    select * from members

),

rpt_sales_by_period as (

    select
        dimension_name,
        member_name,
        measure_name,
        grain,
        period_id,
        period_name,
        start_date,
        end_date,
        is_closed,
        value,
        previous_value,
        previous_growth_rate,
        last_year_value,
        last_year_growth_rate,
        comparable_value,
        comparable_growth_rate,
        to_date_value,
        to_date_previous_value,
        to_date_previous_growth_rate,
        to_date_last_year_value,
        to_date_last_year_growth_rate,
        to_date_comparable_value,
        to_date_comparable_growth_rate
    from all_slices

)

select * from rpt_sales_by_period
