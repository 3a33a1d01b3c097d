-- As int_commerce_lines_converted does it for the lines that count now.
{%- set own = "commerce_lines.currency_code = '" ~ currency_code() ~ "'" %}

with

commerce_lines as (

    select * from {{ ref('int_commerce_lines_revised') }}

),

dataset_lines as (

    select * from {{ ref('int_dataset_lines_revised') }}

),

deposits as (

    select * from {{ ref('int_products_versioned') }}
    where product_kind in ('gift_card', 'deposit')

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

commerce_lines_joined as (

    select
        commerce_lines.*,
        case
            when commerce_lines.is_void or deposits.product_id is not null then 0
            when {{ own }} then commerce_lines.net_amount
            else coalesce(round(commerce_lines.net_amount * exchange_rates.exchange_rate, 2), 0)
        end as net_sales_amount,
        case
            when commerce_lines.is_void then 'void'
            when deposits.product_id is not null then 'deposit'
            else commerce_lines.line_type
        end as known_line_type
    from commerce_lines
    left join deposits
        on commerce_lines.sku = deposits.product_id
        and commerce_lines.sold_at >= deposits.applies_from_at
        and commerce_lines.sold_at < deposits.applies_to_at
    left join exchange_rates
        on commerce_lines.currency_code = exchange_rates.currency_code
        and commerce_lines.order_date = exchange_rates.rate_date

),

lines_of_all_sources as (

    select
        order_id,
        customer_id,
        order_date,
        known_line_type as line_type,
        net_sales_amount,
        known_from_date,
        known_to_date
    from commerce_lines_joined
    union all
    select
        order_id,
        customer_id,
        order_date,
        line_type,
        net_sales_amount,
        known_from_date,
        known_to_date
    from dataset_lines

),

int_lines_revised_valued as (

    select
        order_id,
        customer_id,
        order_date,
        case when line_type = 'sale' then 1 else 0 end as sale_line_count,
        case when line_type = 'return' then 1 else 0 end as return_line_count,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        known_from_date,
        known_to_date
    from lines_of_all_sources
    where known_to_date is null or known_to_date > known_from_date

)

select * from int_lines_revised_valued
