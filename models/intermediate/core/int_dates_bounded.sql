-- How far the shop's data reach: a campaign can end, and a week can run, after the business date.
with

orders as (

    select
        min(order_date) as first_date,
        max(last_order_date) as last_date
    from {{ ref('fct_orders') }}

),

campaigns as (

    select
        min(start_date) as first_date,
        max(end_date) as last_date
    from {{ ref('int_campaigns_unified') }}

),

contacts as (

    select * from {{ ref('int_contacts_dated') }}

),

after_sales as (

    select * from {{ ref('int_after_sales_dated') }}

),

promotions as (

    select
        min(week_number) as first_week_number,
        max(week_number) as last_week_number
    from {{ ref('stg_complete_journey__promotions') }}

),

shop_weeks as (

    select
        min(shop_weeks_dated.week_start_date) as first_date,
        max(shop_weeks_dated.week_end_date) as last_date
    from {{ ref('int_shop_weeks_dated') }} as shop_weeks_dated
    inner join promotions
        on shop_weeks_dated.week_number
        between promotions.first_week_number and promotions.last_week_number

),

business_dates as (

    select
        business_date as first_date,
        business_date as last_date
    from {{ ref('int_business_dates_chosen') }}

),

spans as (

    select * from orders
    union all
    select * from campaigns
    union all
    select * from contacts
    union all
    select * from after_sales
    union all
    select * from shop_weeks
    union all
    select * from business_dates

),

int_dates_bounded as (

    select
        min(first_date) as first_date,
        max(last_date) as last_date
    from spans

)

select * from int_dates_bounded
