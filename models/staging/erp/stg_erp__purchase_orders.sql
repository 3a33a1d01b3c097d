with

purchase_orders as (

    select * from {{ source('erp', 'purchase_orders') }}

),

stg_erp__purchase_orders as (

    select
        cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
        line_number,
        updated_at,
        supplier_id,
        store_id,
        sku,
        ordered_date,
        expected_date,
        received_date,
        ordered_unit_count,
        received_unit_count,
        cast(unit_cost_amount as {{ dbt.type_numeric() }}) as unit_cost_amount,
        currency_code,
        status
    from purchase_orders

)

select * from stg_erp__purchase_orders
