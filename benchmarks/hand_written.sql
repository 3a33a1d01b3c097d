-- The marts of Complete Journey as somebody would write them by hand, for this one shop, into the
-- schema hand: no tests, no contracts, no incremental runs, no second source, no BigQuery.
create schema hand;

create table hand.dim_products as
select
    cast(product_id as varchar) as product_id,
    coalesce(department, 'unknown') as department,
    coalesce(product_category, 'unknown') as category,
    coalesce(product_type, 'unknown') as sub_category,
    coalesce(brand, 'unknown') as brand
from raw.complete_journey__products__current
union all
select 'unknown', 'unknown', 'unknown', 'unknown', 'unknown';

create table hand.dim_customers as
select cast(household_id as varchar) as customer_id, age, income, home_ownership, household_size
from raw.complete_journey__households__current
union all
select 'unknown', null, null, null, null;

create table hand.dim_stores as
select cast(store_id as varchar) as store_id, first_transaction_date
from raw.complete_journey__stores__current
union all
select 'unknown', null;

create table hand.dim_campaigns as
select cast(campaign_id as varchar) as campaign_id, campaign_type, start_date, end_date
from raw.complete_journey__campaign_descriptions__current
union all
select 'unknown', null, null, null;

create table hand.dim_dates as
select
    cast(day as date) as date_day,
    isoyear(day) as iso_year,
    week(day) as iso_week,
    year(day) as calendar_year,
    month(day) as calendar_month,
    dayname(day) as weekday_name
from generate_series(date '2016-01-31', date '2020-02-01', interval 1 day) as days (day);

create table hand.fct_order_lines as
select
    lines.basket_id || '-' || lines.product_id as order_line_id,
    cast(lines.basket_id as varchar) as order_id,
    cast(lines.household_id as varchar) as customer_id,
    cast(lines.store_id as varchar) as store_id,
    coalesce(products.product_id, 'unknown') as product_id,
    cast(lines.product_id as varchar) as sku,
    lines.transaction_timestamp as ordered_at,
    cast(
        timezone('America/New_York', timezone('UTC', lines.transaction_timestamp)) as date
    ) as order_date,
    lines.quantity as unit_count,
    cast(lines.sales_value + lines.retail_disc + lines.coupon_match_disc as decimal(28, 6))
        as gross_sales_amount,
    cast(lines.retail_disc as decimal(28, 6)) as loyalty_discount_amount,
    cast(lines.coupon_match_disc as decimal(28, 6)) as coupon_match_discount_amount,
    cast(lines.sales_value as decimal(28, 6)) as net_sales_amount,
    cast(lines.coupon_disc as decimal(28, 6)) as manufacturer_coupon_amount
from raw.complete_journey__transactions__current as lines
left join hand.dim_products as products
    on cast(lines.product_id as varchar) = products.product_id;

create table hand.fct_orders as
select
    order_id,
    min(customer_id) as customer_id,
    min(store_id) as store_id,
    min(ordered_at) as ordered_at,
    min(order_date) as order_date,
    count(*) as order_line_count,
    count(distinct sku) as sku_count,
    sum(unit_count) as unit_count,
    sum(gross_sales_amount) as gross_sales_amount,
    sum(loyalty_discount_amount) as loyalty_discount_amount,
    sum(coupon_match_discount_amount) as coupon_match_discount_amount,
    sum(net_sales_amount) as net_sales_amount,
    sum(manufacturer_coupon_amount) as manufacturer_coupon_amount
from hand.fct_order_lines
group by order_id;

create table hand.fct_sales_daily as
select
    order_date,
    store_id,
    sku,
    product_id,
    count(*) as order_line_count,
    sum(unit_count) as unit_count,
    sum(gross_sales_amount) as gross_sales_amount,
    sum(loyalty_discount_amount) as loyalty_discount_amount,
    sum(coupon_match_discount_amount) as coupon_match_discount_amount,
    sum(net_sales_amount) as net_sales_amount,
    sum(manufacturer_coupon_amount) as manufacturer_coupon_amount
from hand.fct_order_lines
group by order_date, store_id, sku, product_id;

create table hand.fct_offer_assignments as
select cast(campaign_id as varchar) as campaign_id, cast(household_id as varchar) as customer_id
from raw.complete_journey__campaigns__current;

create table hand.fct_offer_redemptions as
select
    cast(campaign_id as varchar) as campaign_id,
    coupon_upc,
    cast(household_id as varchar) as customer_id,
    redemption_date
from raw.complete_journey__coupon_redemptions__current;

create table hand.fct_coupon_products as
select
    cast(coupons.campaign_id as varchar) as campaign_id,
    coupons.coupon_upc,
    coalesce(products.product_id, 'unknown') as product_id
from raw.complete_journey__coupons__current as coupons
left join hand.dim_products as products
    on cast(coupons.product_id as varchar) = products.product_id;

create table hand.fct_promotion_placements as
select
    coalesce(products.product_id, 'unknown') as product_id,
    cast(promotions.store_id as varchar) as store_id,
    cast(promotions.week as integer) as week_number,
    greatest(date '2017-01-01', date '2016-12-26' + cast(7 * (promotions.week - 1) as integer))
        as week_start_date,
    date '2017-01-01' + cast(7 * (promotions.week - 1) as integer) as week_end_date,
    promotions.display_location,
    promotions.mailer_location
from raw.complete_journey__promotions__current as promotions
left join hand.dim_products as products
    on cast(promotions.product_id as varchar) = products.product_id;
