-- What would have been sold of what had run out: the days of the week on which the shelf was empty,
-- at the pace and the price at which it sold before.
with

inventory as (

    select * from {{ ref('fct_inventory_daily') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

products as (

    select * from {{ ref('dim_products') }}
    where is_active

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

prices as (

    select
        product_id,
        sum(sold_amount) / nullif(sum(counted_unit_count), 0) as unit_price
    from {{ ref('int_sales_weekly_products') }}
    where dimension_name = 'shop'
    group by product_id

),

inventory_and_next as (

    select
        *,
        lead(stock_date) over (partition by store_id, sku order by stock_date) as next_stock_date
    from inventory

),

empty_spans as (

    select
        inventory_and_next.sku,
        {{ add_days("inventory_and_next.stock_date", 1) }} as first_date,
        coalesce(
            {{ add_days("inventory_and_next.next_stock_date", -1) }}, business_dates.business_date
        ) as last_date,
        inventory_and_next.sold_28_day_unit_count
        / cast(greatest(inventory_and_next.stocked_28_day_count, 1) as {{ dbt.type_numeric() }})
            as units_a_day
    from inventory_and_next
    cross join business_dates
    where inventory_and_next.is_stocked_out

),

empty_weeks as (

    select
        weeks.week_start_date,
        empty_spans.sku,
        empty_spans.units_a_day,
        {{ dbt.datediff(
            "greatest(empty_spans.first_date, weeks.week_start_date)",
            "least(empty_spans.last_date, " ~ add_days("weeks.week_start_date", 6) ~ ")",
            "day",
        ) }} + 1 as day_count
    from weeks
    inner join empty_spans
        on {{ add_days("weeks.week_start_date", 6) }} >= empty_spans.first_date
        and weeks.week_start_date <= empty_spans.last_date

),

int_stock_outs_weekly as (

    select
        empty_weeks.week_start_date,
        coalesce(products.category, 'unknown') as category,
        count(distinct empty_weeks.sku) as product_count,
        round(
            cast(
                sum(
                    empty_weeks.day_count
                    * empty_weeks.units_a_day
                    * coalesce(prices.unit_price, 0)
                )
                as {{ dbt.type_numeric() }}
            ), 2
        ) as lost_amount
    from empty_weeks
    inner join products
        on empty_weeks.sku = products.product_id
    left join prices
        on empty_weeks.sku = prices.product_id
    group by empty_weeks.week_start_date, coalesce(products.category, 'unknown')

)

select * from int_stock_outs_weekly
