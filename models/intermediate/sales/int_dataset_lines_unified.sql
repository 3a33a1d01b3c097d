-- The two published data sets in one shape. A cancellation of UCI Online Retail (C) is a return;
-- bad debt (A) and stock written off outside a cancellation (negative quantity) are adjustments:
-- money and units, but neither bought nor brought back.
with

transactions as (

    select * from {{ ref('stg_complete_journey__transactions') }}

),

invoice_lines as (

    select
        *,
        cast(quantity * unit_price_amount as {{ dbt.type_numeric() }}) as line_amount
    from {{ ref('stg_uci_online_retail__invoice_lines') }}

),

transactions_in_shape as (

    select
        {{ dbt.concat(["basket_id", "'-'", "product_id"]) }} as order_line_id,
        'complete_journey' as source_name,
        'transactions' as feed_name,
        'store' as channel,
        basket_id as order_id,
        household_id as customer_id,
        store_id,
        product_id as sku,
        'sale' as line_type,
        transacted_at as ordered_at,
        raw_event_time,
        {{ to_reporting_date('transacted_at') }} as order_date,
        quantity as unit_count,
        sales_value_amount + retail_discount_amount
        + coupon_match_discount_amount as gross_sales_amount,
        retail_discount_amount as loyalty_discount_amount,
        coupon_match_discount_amount,
        sales_value_amount as net_sales_amount,
        coupon_discount_amount as manufacturer_coupon_amount,
        sales_value_amount - coupon_discount_amount as shopper_paid_amount
    from transactions

),

invoice_lines_in_shape as (

    select
        {{ dbt.concat(["delivery_id", "'-'", "cast(delivery_line as " ~ dbt.type_string() ~ ")"]) }}
            as order_line_id,
        'uci_online_retail' as source_name,
        'invoice_lines' as feed_name,
        'web' as channel,
        invoice_number as order_id,
        customer_number as customer_id,
        'online' as store_id,
        stock_code as sku,
        {{ invoice_line_type("invoice_number", "quantity") }} as line_type,
        invoiced_at as ordered_at,
        raw_event_time,
        {{ to_reporting_date('invoiced_at') }} as order_date,
        quantity as unit_count,
        line_amount as gross_sales_amount,
        cast(0 as {{ dbt.type_numeric() }}) as loyalty_discount_amount,
        cast(0 as {{ dbt.type_numeric() }}) as coupon_match_discount_amount,
        line_amount as net_sales_amount,
        cast(0 as {{ dbt.type_numeric() }}) as manufacturer_coupon_amount,
        line_amount as shopper_paid_amount
    from invoice_lines

),

lines_of_all_sources as (

    select * from transactions_in_shape
    union all
    select * from invoice_lines_in_shape

),

int_dataset_lines_unified as (

    select
        order_line_id,
        source_name,
        feed_name,
        channel,
        order_id,
        coalesce(customer_id, 'unknown') as customer_id,
        coalesce(store_id, 'unknown') as store_id,
        sku,
        line_type,
        ordered_at,
        raw_event_time,
        order_date,
        unit_count,
        cast(gross_sales_amount as {{ dbt.type_numeric() }}) as gross_sales_amount,
        loyalty_discount_amount,
        coupon_match_discount_amount,
        net_sales_amount,
        manufacturer_coupon_amount,
        cast(shopper_paid_amount as {{ dbt.type_numeric() }}) as shopper_paid_amount
    from lines_of_all_sources

)

select * from int_dataset_lines_unified
