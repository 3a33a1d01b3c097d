with

budgets as (

    select * from {{ ref('stg_erp__budgets') }}

),

fct_budgets as (

    select
        budget_month_date,
        store_id,
        category,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as budgeted_net_sales_amount,
        cast(gross_margin_amount as {{ dbt.type_numeric() }}) as budgeted_gross_margin_amount,
        cast(unit_count as {{ dbt.type_bigint() }}) as budgeted_unit_count,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from budgets

)

select * from fct_budgets
