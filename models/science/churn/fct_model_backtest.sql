{%- set measures = churn_quality_measures() %}

with

tests as (

    select * from {{ ref('int_churn_tests_measured') }}
    where purpose = 'backtest'

),

scorecards as (

    select * from {{ ref('int_churn_scorecards') }}
    where purpose = 'backtest' and kind = 'intercept'

),

fct_model_backtest as (

    select
        cast('churn_scorecards' as {{ dbt.type_string() }}) as model_name,
        tests.horizon_week_count,
        tests.cut_off_date,
        cast(scorecards.model_name as {{ dbt.type_string() }}) as method_name,
        {%- for measure in measures %}
        cast(tests.{{ measure }} as {{ dbt.type_numeric() }}) as {{ measure }},
        {%- endfor %}
        tests.customer_count
    from tests
    inner join scorecards
        on tests.horizon_week_count = scorecards.horizon_week_count

)

select * from fct_model_backtest
