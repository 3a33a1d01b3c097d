{%- set sums = {
    "predicted_rate": "probability",
    "brier_score": "squared_error",
    "log_loss": "log_loss",
} %}

with

cases as (

    select * from {{ ref('int_churn_cases_measured') }}

),

slopes as (

    select * from {{ ref('int_churn_slopes_fitted') }}

),

tests_added_up as (

    select
        purpose,
        horizon_week_count,
        cut_off_date,
        count(*) as case_count,
        {%- for name, column in sums.items() %}
        sum({{ column }}) as {{ name }},
        {%- endfor %}
        sum(has_bought * twice_mid_rank) as bought_twice_mid_rank,
        sum(has_bought * precision) as bought_precision,
        sum(case when is_first_decile then 1 else 0 end) as first_decile_count,
        sum(case when is_first_decile then has_bought else 0 end) as first_decile_bought_count,
        sum(has_bought) as bought_count
    from cases
    group by purpose, horizon_week_count, cut_off_date

),

int_churn_tests_measured as (

    select
        tests_added_up.purpose,
        tests_added_up.horizon_week_count,
        tests_added_up.cut_off_date,
        cast(tests_added_up.case_count as {{ dbt.type_bigint() }}) as customer_count,
        tests_added_up.bought_count / tests_added_up.case_count as repurchase_rate,
        {%- for name in sums %}
        tests_added_up.{{ name }} / tests_added_up.case_count / 1000000 as {{ name }},
        {%- endfor %}
        (
            tests_added_up.bought_twice_mid_rank / 2.0
            - tests_added_up.bought_count * (tests_added_up.bought_count + 1) / 2.0
        ) / nullif(
            tests_added_up.bought_count * (tests_added_up.case_count - tests_added_up.bought_count),
            0
        ) as auc,
        tests_added_up.bought_precision / nullif(tests_added_up.bought_count, 0) / 1000000
            as average_precision,
        (tests_added_up.first_decile_bought_count / tests_added_up.first_decile_count)
        / nullif(tests_added_up.bought_count / tests_added_up.case_count, 0) as first_decile_lift,
        slopes.calibration_slope,
        slopes.calibration_intercept
    from tests_added_up
    left join slopes
        on tests_added_up.purpose = slopes.purpose
        and tests_added_up.horizon_week_count = slopes.horizon_week_count
        and tests_added_up.cut_off_date = slopes.cut_off_date

)

select * from int_churn_tests_measured
