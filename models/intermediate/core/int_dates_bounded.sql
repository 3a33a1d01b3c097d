-- How far the shop's data reach. The business date is the last day with an order unless the var names one.
with

order_lines as (

    select
        min(order_date) as first_date,
        max(order_date) as last_date
    from {{ ref('int_order_lines_unified') }}

),

campaigns as (

    select
        min(start_date) as first_date,
        max(end_date) as last_date
    from {{ ref('int_campaigns_unified') }}

),

coupon_redemptions as (

    select
        min(redemption_date) as first_date,
        max(redemption_date) as last_date
    from {{ ref('stg_complete_journey__coupon_redemptions') }}

),

shop_weeks as (

    select
        min(week_start_date) as first_date,
        max(week_end_date) as last_date
    from {{ ref('int_shop_weeks_dated') }}

),

business_dates as (

    select
        {% if var("business_date") -%}
        cast('{{ var("business_date") }}' as date) as business_date
        {%- else -%}
        last_date as business_date
        {%- endif %}
    from order_lines

),

spans as (

    select first_date, last_date from order_lines
    union all
    select first_date, last_date from campaigns
    union all
    select first_date, last_date from coupon_redemptions
    union all
    select first_date, last_date from shop_weeks
    union all
    select business_date as first_date, business_date as last_date from business_dates

),

spans_joined as (

    select
        min(first_date) as first_date,
        max(last_date) as last_date
    from spans

),

int_dates_bounded as (

    select
        cast(spans_joined.first_date as date) as first_date,
        cast(spans_joined.last_date as date) as last_date,
        cast(business_dates.business_date as date) as business_date
    from spans_joined
    cross join business_dates

)

select * from int_dates_bounded
