{%- set orders = semantic_measures("orders", ["orders"])["orders"] %}

with

orders_daily as (

    select
        trading_date,
        sum({{ orders }}) as order_count
    from {{ ref('fct_orders') }}
    group by trading_date

),

periods as (

    select * from {{ ref('dim_periods') }}
    where is_traded and grain in ('week', 'month', 'retail_period')

),

int_periods_ordered as (

    select
        periods.period_id,
        coalesce(sum(orders_daily.order_count), 0) as order_count
    from periods
    left join orders_daily
        on periods.start_date <= orders_daily.trading_date
        and periods.end_date >= orders_daily.trading_date
    group by periods.period_id

)

select * from int_periods_ordered
