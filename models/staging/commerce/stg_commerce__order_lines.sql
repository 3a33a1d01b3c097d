with

order_lines as (

    select * from {{ source('commerce', 'order_lines') }}

),

stg_commerce__order_lines as (

    select
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        line_number,
        updated_at,
        ordered_at,
        store_id,
        channel,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        sku,
        quantity as unit_count,
        cast(unit_price_amount as {{ dbt.type_numeric() }}) as unit_price_amount,
        cast(gross_amount as {{ dbt.type_numeric() }}) as gross_amount,
        cast(promotion_discount_amount as {{ dbt.type_numeric() }}) as promotion_discount_amount,
        cast(loyalty_discount_amount as {{ dbt.type_numeric() }}) as loyalty_discount_amount,
        cast(offer_discount_amount as {{ dbt.type_numeric() }}) as offer_discount_amount,
        offer_id,
        cast(net_amount as {{ dbt.type_numeric() }}) as net_amount,
        cast(tax_rate as {{ dbt.type_numeric() }}) as tax_rate,
        cast(tax_amount as {{ dbt.type_numeric() }}) as tax_amount,
        is_tax_included,
        currency_code,
        serial_number,
        gift_card_id,
        status,
        is_deleted
    from order_lines

)

select * from stg_commerce__order_lines
