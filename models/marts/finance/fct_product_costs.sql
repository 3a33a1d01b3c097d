with

product_costs as (

    select * from {{ ref('int_product_costs_chosen') }}

),

fct_product_costs as (

    select
        sku,
        valid_from_date,
        valid_to_date,
        cost_method,
        unit_cost_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code,
        stock_unit_count,
        received_unit_count,
        received_cost_amount
    from product_costs

)

select * from fct_product_costs
