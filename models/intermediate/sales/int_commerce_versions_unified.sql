with

order_lines as (

    select
        'order_lines' as feed_name,
        {{ line_id("order_id", "line_number") }} as order_line_id,
        order_id,
        customer_id,
        sku,
        ordered_at,
        ordered_at as sold_at,
        updated_at,
        'sale' as line_type,
        is_deleted or status = 'cancelled' as is_void,
        gross_amount > net_amount as is_discounted,
        net_amount - case when is_tax_included then tax_amount else 0 end as net_amount,
        currency_code,
        delivery_id,
        delivery_line
    from {{ ref('stg_accepted__order_lines') }}

),

refunds as (

    select
        'refunds' as feed_name,
        {{ dbt.concat(["'refund-'", "refund_line_id"]) }} as order_line_id,
        {{ dbt.concat(["'refund-'", "refund_id"]) }} as order_id,
        customer_id,
        sku,
        refunded_at as ordered_at,
        ordered_at as sold_at,
        updated_at,
        'return' as line_type,
        is_deleted or refund_kind <> 'goods' as is_void,
        false as is_discounted,
        tax_amount - paid_amount as net_amount,
        currency_code,
        delivery_id,
        delivery_line
    from {{ ref('stg_accepted__refunds') }}

),

int_commerce_versions_unified as (

    select * from order_lines
    union all
    select * from refunds

)

select * from int_commerce_versions_unified
