with

product_costs as (

    select * from {{ source('erp', 'product_costs') }}

),

stg_erp__product_costs as (

    select
        sku,
        valid_from_date,
        updated_at,
        cast(unit_cost_amount as {{ dbt.type_numeric() }}) as unit_cost_amount,
        currency_code,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from product_costs

)

select * from stg_erp__product_costs
