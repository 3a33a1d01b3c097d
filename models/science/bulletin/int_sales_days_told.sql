-- The days of the weeks told and of those that they are compared with, of the shop and each of its
-- stores, with what four weeks before let expect of the same weekday.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

dates as (

    select * from {{ ref('dim_dates') }}
    where is_closed

),

weeks_compared as (

    select * from {{ ref('int_sales_weeks_compared') }}
    where week_number <= {{ var('bulletin_told_week_count') }}

),

weeks as (

    select week_start_date from weeks_compared
    union distinct
    select base_start_date as week_start_date from weeks_compared

),

orders_of_days as (

    select
        'store' as dimension_name,
        store_id as member_name,
        trading_date,
        count(*) as order_count,
        sum(net_sales_amount) as net_sales_amount
    from orders
    group by store_id, trading_date
    union all
    select
        'shop' as dimension_name,
        'shop' as member_name,
        trading_date,
        count(*) as order_count,
        sum(net_sales_amount) as net_sales_amount
    from orders
    group by trading_date

),

members as (

    select distinct
        dimension_name,
        member_name
    from orders_of_days

),

days as (

    select
        weeks.week_start_date,
        dates.date_day,
        dates.event_names,
        dates.is_public_holiday,
        members.dimension_name,
        members.member_name
    from weeks
    inner join dates
        on weeks.week_start_date <= dates.date_day
        and {{ add_days("weeks.week_start_date", 6) }} >= dates.date_day
    cross join members

),

-- The day itself, and the same weekday of the four weeks before it.
days_with_orders as (

    select
        days.*,
        orders_of_days.order_count,
        orders_of_days.net_sales_amount,
        orders_of_days.trading_date = days.date_day as is_the_day
    from days
    left join orders_of_days
        on days.dimension_name = orders_of_days.dimension_name
        and days.member_name = orders_of_days.member_name
        and days.date_day >= orders_of_days.trading_date
        and {{ add_days("days.date_day", -28) }} <= orders_of_days.trading_date
        and mod({{ dbt.datediff("orders_of_days.trading_date", "days.date_day", "day") }}, 7) = 0

),

int_sales_days_told as (

    select
        week_start_date,
        date_day,
        dimension_name,
        member_name,
        event_names,
        is_public_holiday,
        coalesce(sum(case when is_the_day then order_count end), 0) as order_count,
        coalesce(sum(case when is_the_day then net_sales_amount end), 0) as net_sales_amount,
        coalesce(sum(case when not is_the_day then order_count end), 0) / 4
            as expected_orders,
        round(coalesce(sum(case when not is_the_day then net_sales_amount end), 0) / 4, 2)
            as expected_amount
    from days_with_orders
    group by
        week_start_date, date_day, dimension_name, member_name, event_names, is_public_holiday

)

select * from int_sales_days_told
