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
        currency_code
    from product_costs

)

select * from stg_erp__product_costs
