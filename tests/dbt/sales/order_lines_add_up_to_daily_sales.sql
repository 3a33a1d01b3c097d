-- Lines and daily sales agree on every day.
{%- set measures = [
    "unit_count",
    "gross_sales_amount",
    "net_sales_amount",
    "shopper_paid_amount",
] %}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

sales_daily as (

    select * from {{ ref('fct_sales_daily') }}

),

lines_by_day as (

    select
        order_date,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        count(*) as order_line_count
    from order_lines
    group by order_date

),

sales_by_day as (

    select
        order_date,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        sum(order_line_count) as order_line_count
    from sales_daily
    group by order_date

),

order_lines_add_up_to_daily_sales as (

    select
        lines_by_day.order_date as order_date_of_lines,
        sales_by_day.order_date as order_date_of_sales
    from lines_by_day
    full outer join sales_by_day
        on lines_by_day.order_date = sales_by_day.order_date
    where
        lines_by_day.order_date is null
        or sales_by_day.order_date is null
        or lines_by_day.order_line_count != sales_by_day.order_line_count
        {%- for measure in measures %}
        or lines_by_day.{{ measure }} != sales_by_day.{{ measure }}
        {%- endfor %}

)

select * from order_lines_add_up_to_daily_sales
