-- The backtest's mean is what the model promised.
{%- set measures = churn_quality_measures() %}
{%- set promised = ["auc", "brier_score", "calibration_slope"] %}

with

tests as (

    select * from {{ ref('int_churn_tests_measured') }}
    where purpose = 'score'

),

backtests as (

    select
        {%- for measure in promised %}
        avg({{ measure }}) as {{ measure }},
        {%- endfor %}
        horizon_week_count
    from {{ ref('fct_model_backtest') }}
    group by horizon_week_count

),

rpt_model_decay as (

    select
        cast('churn_scorecards' as {{ dbt.type_string() }}) as model_name,
        tests.horizon_week_count,
        tests.cut_off_date as prediction_date,
        tests.customer_count,
        {%- for measure in measures %}
        cast(tests.{{ measure }} as {{ dbt.type_numeric() }}) as {{ measure }},
        {%- endfor %}
        {%- for measure in promised %}
        cast(backtests.{{ measure }} as {{ dbt.type_numeric() }}) as backtest_{{ measure }},
        {%- endfor %}
        cast(backtests.auc - tests.auc as {{ dbt.type_numeric() }}) as auc_fall,
        cast(tests.brier_score - backtests.brier_score as {{ dbt.type_numeric() }})
            as brier_score_rise
    from tests
    left join backtests
        on tests.horizon_week_count = backtests.horizon_week_count

)

select * from rpt_model_decay
