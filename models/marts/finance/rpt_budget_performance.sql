-- From both sides, in the months that have a plan: what was planned and did not happen, and what
-- happened and was not planned.
with

budgets as (

    select * from {{ ref('fct_budgets') }}

),

profit_lines as (

    select
        *,
        cast({{ dbt.date_trunc("month", "order_date") }} as date) as month_date
    from {{ ref('fct_profit_lines') }}

),

products as (

    select * from {{ ref('dim_products') }}

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

months_planned as (

    select distinct budget_month_date from budgets

),

actuals_added_up as (

    select
        profit_lines.month_date,
        profit_lines.store_id,
        products.category,
        sum(profit_lines.net_sales_amount) as net_sales_amount,
        sum(coalesce(profit_lines.gross_margin_amount, 0)) as gross_margin_amount,
        sum(profit_lines.costed_net_sales_amount) as costed_net_sales_amount,
        sum(profit_lines.unit_count) as unit_count
    from profit_lines
    inner join months_planned
        on profit_lines.month_date = months_planned.budget_month_date
    inner join products
        on profit_lines.product_id = products.product_id
    group by profit_lines.month_date, profit_lines.store_id, products.category

),

plans_and_actuals as (

    select
        coalesce(budgets.budget_month_date, actuals_added_up.month_date) as month_date,
        coalesce(budgets.store_id, actuals_added_up.store_id) as store_id,
        coalesce(budgets.category, actuals_added_up.category) as category,
        {%- for measure in ["net_sales_amount", "gross_margin_amount", "unit_count"] %}
        coalesce(budgets.budgeted_{{ measure }}, 0) as budgeted_{{ measure }},
        coalesce(actuals_added_up.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        coalesce(actuals_added_up.costed_net_sales_amount, 0) as costed_net_sales_amount
    from budgets
    full outer join actuals_added_up
        on budgets.budget_month_date = actuals_added_up.month_date
        and budgets.store_id = actuals_added_up.store_id
        and budgets.category = actuals_added_up.category

),

rpt_budget_performance as (

    select
        plans_and_actuals.month_date,
        plans_and_actuals.store_id,
        plans_and_actuals.category,
        coalesce(
            {{ add_days(dbt.dateadd("month", 1, "plans_and_actuals.month_date"), -1) }}
            <= business_dates.business_date,
            false
        ) as is_closed,
        {%- for measure in ["net_sales_amount", "gross_margin_amount"] %}
        cast(plans_and_actuals.budgeted_{{ measure }} as {{ dbt.type_numeric() }})
            as budgeted_{{ measure }},
        cast(plans_and_actuals.{{ measure }} as {{ dbt.type_numeric() }}) as {{ measure }},
        {%- endfor %}
        cast(plans_and_actuals.costed_net_sales_amount as {{ dbt.type_numeric() }})
            as costed_net_sales_amount,
        cast(plans_and_actuals.budgeted_unit_count as {{ dbt.type_bigint() }})
            as budgeted_unit_count,
        cast(plans_and_actuals.unit_count as {{ dbt.type_bigint() }}) as unit_count,
        cast(
            plans_and_actuals.net_sales_amount - plans_and_actuals.budgeted_net_sales_amount
            as {{ dbt.type_numeric() }}
        ) as net_sales_variance_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from plans_and_actuals
    cross join business_dates

)

select * from rpt_budget_performance
