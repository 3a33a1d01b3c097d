with

budgets as (

    select * from {{ source('erp', 'budgets') }}

),

stg_erp__budgets as (

    select
        budget_month_date,
        store_id,
        category,
        updated_at,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        cast(gross_margin_amount as {{ dbt.type_numeric() }}) as gross_margin_amount,
        unit_count
    from budgets

)

select * from stg_erp__budgets
