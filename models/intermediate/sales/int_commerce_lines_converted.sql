-- What the shop reports in is what the books hold: each part of a line in another currency is
-- converted at the rate of the line's date and rounded to the cent, and gross sales are the sum of
-- the parts. Money for gift cards and deposits is owed to the customer, not earned.
{%- set own = "lines_dated.order_currency_code = '" ~ currency_code() ~ "'" %}
{%- set parts = [
    "promotion_discount_amount",
    "loyalty_discount_amount",
    "offer_discount_amount",
    "included_tax_amount",
    "net_sales_amount",
    "tax_amount",
] %}

with

lines_signed as (

    select * from {{ ref('int_commerce_lines_signed') }}

),

clocks as (

    select * from {{ ref('int_clocks_offset') }}
    where time_zone = '{{ reporting_time_zone() }}'

),

product_versions as (

    select * from {{ ref('int_products_versioned') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

lines_dated as (

    select
        lines_signed.*,
        cast({{ on_clock("lines_signed.ordered_at", "clocks") }} as date) as order_date
    from lines_signed
    left join clocks
        on cast(lines_signed.ordered_at as date) = clocks.utc_date

),

-- The version of the product at the time of the sale, also for a return.
lines_described as (

    select
        lines_dated.*,
        product_versions.product_version_id,
        coalesce(product_versions.product_kind in ('gift_card', 'deposit'), false) as is_deposit,
        case when {{ own }} then 1 else exchange_rates.exchange_rate end as exchange_rate,
        case when {{ own }} then 1 else exchange_rates.constant_exchange_rate end
            as constant_exchange_rate
    from lines_dated
    left join product_versions
        on lines_dated.sku = product_versions.product_id
        and lines_dated.sold_at >= product_versions.applies_from_at
        and lines_dated.sold_at < product_versions.applies_to_at
    left join exchange_rates
        on lines_dated.order_currency_code = exchange_rates.currency_code
        and lines_dated.order_date = exchange_rates.rate_date

),

-- The cast keeps all decimals of the amounts that need no conversion.
parts_converted as (

    select
        lines_described.*,
        {%- for part in parts %}
        case
            when {{ own.replace("lines_dated", "lines_described") }}
                then lines_described.{{ part }}
            else cast(
                coalesce(
                    round(lines_described.{{ part }} * lines_described.exchange_rate, 2), 0
                ) as {{ dbt.type_numeric() }}
            )
        end as own_{{ part }},
        {%- endfor %}
        case when lines_described.is_deposit then 0 else 1 end as factor
    from lines_described

),

int_commerce_lines_converted as (

    select
        feed_name,
        order_line_id,
        order_id,
        sale_order_id,
        sale_order_line_id,
        case when is_deposit and line_type <> 'void' then 'deposit' else line_type end as line_type,
        ordered_at,
        order_date,
        sold_at,
        customer_id,
        store_id,
        channel,
        sku,
        product_version_id,
        offer_id,
        factor * unit_count as unit_count,
        {%- for part in parts %}
        cast(factor * own_{{ part }} as {{ dbt.type_numeric() }}) as {{ part }},
        {%- endfor %}
        cast(
            factor * (
                own_promotion_discount_amount
                + own_loyalty_discount_amount
                + own_offer_discount_amount
                + own_included_tax_amount
                + own_net_sales_amount
            ) as {{ dbt.type_numeric() }}
        ) as gross_sales_amount,
        cast((1 - factor) * (own_net_sales_amount + own_tax_amount) as {{ dbt.type_numeric() }})
            as deposit_amount,
        cast(own_net_sales_amount + own_tax_amount as {{ dbt.type_numeric() }})
            as shopper_paid_amount,
        cast(
            factor * round(net_sales_amount * constant_exchange_rate, 2)
            as {{ dbt.type_numeric() }}
        ) as constant_net_sales_amount,
        delivered_amount,
        order_currency_code,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate
    from parts_converted

)

select * from int_commerce_lines_converted
