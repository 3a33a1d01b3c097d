-- Bookkeeping: when one of these SKUs becomes a known product, its days have to be looked at again,
-- and nobody has to read all order lines to find them.
{%- set days = days_touched(ref('stg_ops__touched_days'), 'touched_utc_date') %}

with

order_lines as (

    select distinct
        sku,
        order_date
    from {{ ref('int_order_lines_unified') }}
    where
        sku not in (select product_id from {{ ref('dim_products') }})
        {% if is_incremental() -%}
        and {{ in_days("raw_event_time", days, kind="timestamp") }}
        {%- endif %}

),

int_unlisted_skus_sold as (

    select
        order_lines.sku,
        order_lines.order_date
    from order_lines
    {% if is_incremental() -%}
    left join {{ this }} as known_already
        on order_lines.sku = known_already.sku
        and order_lines.order_date = known_already.order_date
    where known_already.sku is null
    {%- endif %}

)

select * from int_unlisted_skus_sold
