-- A refund of goods is a line of its own, of the day on which the money went back: it takes back
-- what was charged for the goods. Refunds of shipping and goodwill take back no sale. A line that
-- was cancelled before shipment or entered by mistake is void: it stays, with no units or money.
with

order_lines as (

    select
        *,
        case when is_tax_included then tax_amount else 0 end as included_tax_amount,
        case when is_deleted or status = 'cancelled' then 0 else 1 end as factor
    from {{ ref('stg_commerce__order_lines') }}

),

refunds as (

    select
        *,
        net_amount + tax_amount - paid_amount as included_tax_amount
    from {{ ref('stg_commerce__refunds') }}
    where refund_kind = 'goods' and not is_deleted

),

sold_lines as (

    select
        'order_lines' as feed_name,
        {{ line_id("order_id", "line_number") }} as order_line_id,
        order_id,
        cast(null as {{ dbt.type_string() }}) as sale_order_id,
        cast(null as {{ dbt.type_string() }}) as sale_order_line_id,
        case when factor = 1 then 'sale' else 'void' end as line_type,
        ordered_at,
        ordered_at as sold_at,
        customer_id,
        store_id,
        channel,
        sku,
        offer_id,
        factor * unit_count as unit_count,
        factor * gross_amount as gross_sales_amount,
        factor * promotion_discount_amount as promotion_discount_amount,
        factor * loyalty_discount_amount as loyalty_discount_amount,
        factor * offer_discount_amount as offer_discount_amount,
        factor * included_tax_amount as included_tax_amount,
        factor * (net_amount - included_tax_amount) as net_sales_amount,
        factor * tax_amount as tax_amount,
        net_amount as delivered_amount,
        currency_code as order_currency_code
    from order_lines

),

returned_lines as (

    select
        'refunds' as feed_name,
        {{ dbt.concat(["'refund-'", "refund_line_id"]) }} as order_line_id,
        {{ dbt.concat(["'refund-'", "refund_id"]) }} as order_id,
        order_id as sale_order_id,
        {{ line_id("order_id", "line_number") }} as sale_order_line_id,
        'return' as line_type,
        refunded_at as ordered_at,
        ordered_at as sold_at,
        coalesce(customer_id, {{ guest_id("guest_email_hash") }}) as customer_id,
        store_id,
        channel,
        sku,
        cast(null as {{ dbt.type_string() }}) as offer_id,
        -unit_count as unit_count,
        -net_amount as gross_sales_amount,
        cast(0 as {{ dbt.type_numeric() }}) as promotion_discount_amount,
        cast(0 as {{ dbt.type_numeric() }}) as loyalty_discount_amount,
        cast(0 as {{ dbt.type_numeric() }}) as offer_discount_amount,
        -included_tax_amount as included_tax_amount,
        -(net_amount - included_tax_amount) as net_sales_amount,
        -tax_amount as tax_amount,
        -net_amount as delivered_amount,
        currency_code as order_currency_code
    from refunds

),

int_commerce_lines_signed as (

    select * from sold_lines
    union all
    select * from returned_lines

)

select * from int_commerce_lines_signed
