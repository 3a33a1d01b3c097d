-- A version of a product or a store that becomes known touches the days for which it speaks; what
-- came before the first version of a store begins at its opening.
{%- set feeds = [
    "transactions",
    "invoice_lines",
    "orders",
    "order_lines",
    "refunds",
    "fx_rates",
] %}

with

touched_days as (

    select
        published_seq,
        feed_name,
        touched_utc_date
    from {{ ref('stg_ops__touched_days') }}
    where
        published_seq > {{ watermark() }}
        and feed_name in (
            {%- for feed in feeds %}
            '{{ feed }}'{{ "," if not loop.last }}
            {%- endfor %}
        )

),

products_first_seen as (

    select
        product_id,
        published_seq
    from {{ ref('int_products_first_seen') }}
    where published_seq > {{ watermark() }}

),

unlisted_skus_sold as (

    select * from {{ ref('int_unlisted_skus_sold') }}

),

version_spans_known as (

    select * from {{ ref('int_version_spans_known') }}
    where published_seq > {{ watermark() }}

),

dates as (

    select date_day from {{ ref('int_dates_retail_numbered') }}

),

-- Reporting zones lie up to 14 hours from UTC, so a UTC date falls on at most three reporting
-- dates. An exchange rate holds for some days more.
day_offsets as (

    {% for day_offset in range(-1, longest_rate_gap_days() + 1) -%}
    select {{ day_offset }} as day_offset
    {{ "union all" if not loop.last }}
    {% endfor %}

),

days_of_deliveries as (

    select
        touched_days.published_seq,
        {{ add_days("touched_days.touched_utc_date", "day_offsets.day_offset") }} as touched_day
    from touched_days
    inner join day_offsets
        on day_offsets.day_offset <= 1 or touched_days.feed_name = 'fx_rates'

),

days_of_new_products as (

    select
        products_first_seen.published_seq,
        unlisted_skus_sold.order_date as touched_day
    from unlisted_skus_sold
    inner join products_first_seen
        on unlisted_skus_sold.sku = products_first_seen.product_id

),

days_of_versions as (

    select
        version_spans_known.published_seq,
        dates.date_day as touched_day
    from version_spans_known
    inner join dates
        on dates.date_day between version_spans_known.first_date and version_spans_known.last_date

),

days_of_all as (

    select * from days_of_deliveries
    union all
    select * from days_of_new_products
    union all
    select * from days_of_versions

),

int_days_touched as (

    select distinct
        touched_day,
        published_seq
    from days_of_all

)

select * from int_days_touched
