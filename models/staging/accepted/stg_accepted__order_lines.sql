with

order_lines as (

    select * from {{ source('accepted', 'commerce__order_lines') }}

),

stg_accepted__order_lines as (

    select
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        line_number,
        updated_at,
        ordered_at,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        sku,
        cast(gross_amount as {{ dbt.type_numeric() }}) as gross_amount,
        cast(net_amount as {{ dbt.type_numeric() }}) as net_amount,
        cast(tax_amount as {{ dbt.type_numeric() }}) as tax_amount,
        is_tax_included,
        currency_code,
        status,
        is_deleted,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line
    from order_lines

)

select * from stg_accepted__order_lines
