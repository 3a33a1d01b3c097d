{{ by_day(
    "order_date",
    cluster_by=["store_id", "product_id", "customer_id"],
    replaced="{{ dates_of(days_touched()) }}",
) }}
{%- set days = days_touched() %}

with

order_lines as (

    select * from {{ ref('int_order_lines_unified') }}
    {% if is_incremental() -%}
    where
        {{ in_days("order_date", days) }}
        and {{ in_days("raw_event_time", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

products as (

    select product_id from {{ ref('dim_products') }}

),

-- Lines of guests name nobody; the head of their order has the hash of an e-mail address.
guests as (

    select
        order_id,
        {{ guest_id("guest_email_hash") }} as customer_id
    from {{ ref('stg_commerce__orders') }}
    where
        customer_id is null
        and guest_email_hash is not null
        {% if is_incremental() -%}
        and {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
        {%- endif %}

),

stores as (

    select * from {{ ref('int_stores_versioned') }}

),

clocks as (

    select * from {{ ref('int_clocks_offset') }}

),

order_lines_joined as (

    select
        order_lines.*,
        coalesce(products.product_id, 'unknown') as product_id,
        coalesce(order_lines.customer_id, guests.customer_id, 'unknown') as known_customer_id,
        {{ on_clock("order_lines.ordered_at", "clocks") }} as local_time,
        coalesce(stores.trading_day_start_hour, 0) as trading_day_start_hour
    from order_lines
    left join products
        on order_lines.sku = products.product_id
    left join guests
        on order_lines.order_id = guests.order_id
        and order_lines.customer_id is null
    left join stores
        on order_lines.store_id = stores.store_id
        and order_lines.ordered_at >= stores.applies_from_at
        and order_lines.ordered_at < stores.applies_to_at
    left join clocks
        on cast(order_lines.ordered_at as date) = clocks.utc_date
        and coalesce(stores.time_zone, '{{ reporting_time_zone() }}') = clocks.time_zone

),

fct_order_lines as (

    select
        cast(order_line_id as {{ dbt.type_string() }}) as order_line_id,
        cast(source_name as {{ dbt.type_string() }}) as source_name,
        cast(feed_name as {{ dbt.type_string() }}) as feed_name,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        cast(known_customer_id as {{ dbt.type_string() }}) as customer_id,
        coalesce(known_customer_id like 'guest-%', false) as is_guest,
        cast(store_id as {{ dbt.type_string() }}) as store_id,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(product_id as {{ dbt.type_string() }}) as product_id,
        cast(coalesce(product_version_id, product_id) as {{ dbt.type_string() }})
            as product_version_id,
        cast(sku as {{ dbt.type_string() }}) as sku,
        cast(offer_id as {{ dbt.type_string() }}) as offer_id,
        cast(line_type as {{ dbt.type_string() }}) as line_type,
        cast(ordered_at as {{ dbt.type_timestamp() }}) as ordered_at,
        cast(order_date as date) as order_date,
        cast(
            {{ dbt.dateadd("hour", "-trading_day_start_hour", "local_time") }} as date
        ) as trading_date,
        cast(extract(hour from local_time) as {{ dbt.type_bigint() }}) as trading_hour,
        cast(sale_order_id as {{ dbt.type_string() }}) as sale_order_id,
        cast(sale_order_line_id as {{ dbt.type_string() }}) as sale_order_line_id,
        cast(sold_at as {{ dbt.type_timestamp() }}) as sold_at,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        {%- for amount in sales_amounts() %}
        cast({{ amount }} as {{ dbt.type_numeric() }}) as {{ amount }},
        {%- endfor %}
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code,
        cast(delivered_amount as {{ dbt.type_numeric() }}) as delivered_amount,
        cast(order_currency_code as {{ dbt.type_string() }}) as order_currency_code,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate
    from order_lines_joined

)

select * from fct_order_lines
