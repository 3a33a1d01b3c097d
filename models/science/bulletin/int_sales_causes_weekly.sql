-- What is known to have happened in a week, and what it is worth. Stock-outs: what could not be
-- sold. Days without a sale where six orders were due, no holiday: a feed that is lost. Events:
-- what their days had more than usual.
with

stock_outs as (

    select * from {{ ref('int_stock_outs_weekly') }}

),

days as (

    select * from {{ ref('int_sales_days_told') }}

),

-- A store is not missed where the whole shop is.
days_missed as (

    select days.*
    from days
    inner join days as shop_days
        on days.week_start_date = shop_days.week_start_date
        and days.date_day = shop_days.date_day
        and shop_days.dimension_name = 'shop'
    where
        days.order_count = 0
        and days.expected_orders >= 6
        and not days.is_public_holiday
        and (days.dimension_name = 'shop' or shop_days.order_count > 0)

),

int_sales_causes_weekly as (

    select
        week_start_date,
        'stock_out' as cause_name,
        'category' as dimension_name,
        category as member_name,
        product_count as evidence_count,
        -lost_amount as amount
    from stock_outs
    union all
    select
        week_start_date,
        'stock_out' as cause_name,
        'shop' as dimension_name,
        'shop' as member_name,
        sum(product_count) as evidence_count,
        -sum(lost_amount) as amount
    from stock_outs
    group by week_start_date
    union all
    select
        week_start_date,
        'lost_feed' as cause_name,
        dimension_name,
        member_name,
        count(*) as evidence_count,
        -sum(expected_amount) as amount
    from days_missed
    group by week_start_date, dimension_name, member_name
    union all
    select
        week_start_date,
        'event' as cause_name,
        'event' as dimension_name,
        event_names as member_name,
        count(*) as evidence_count,
        sum(net_sales_amount - expected_amount) as amount
    from days
    where dimension_name = 'shop' and event_names is not null
    group by week_start_date, event_names

)

select * from int_sales_causes_weekly
