-- Bookkeeping: when one of these SKUs becomes a known product, its days have to be looked at again,
-- and nobody has to read all order lines to find them.
{%- set days = days_touched(ref('stg_ops__touched_days'), 'touched_utc_date') %}

with

order_lines as (

    select distinct
        sku,
        order_date
    from {{ ref('int_order_lines_unified') }}
    {% if is_incremental() -%}
    where {{ in_days("raw_event_time", days, kind="timestamp") }}
    {%- endif %}

),

products as (

    select product_id from {{ ref('dim_products') }}

),

int_unlisted_skus_sold as (

    select
        order_lines.sku,
        order_lines.order_date
    from order_lines
    left join products
        on order_lines.sku = products.product_id
    {% if is_incremental() -%}
    left join {{ this }} as known_already
        on order_lines.sku = known_already.sku
        and order_lines.order_date = known_already.order_date
    {%- endif %}
    where
        products.product_id is null
        {% if is_incremental() -%}
        and known_already.sku is null
        {%- endif %}

)

select * from int_unlisted_skus_sold
