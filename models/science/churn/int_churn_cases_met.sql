with

tests as (

    select * from {{ ref('int_churn_tests_met') }}

),

predictions as (

    select * from {{ ref('int_churn_predictions_met') }}

),

cases as (

    select * from tests
    union all
    select * from predictions

),

int_churn_cases_met as (

    select
        purpose,
        horizon_week_count,
        cut_off_date,
        customer_id,
        log_odds,
        probability,
        has_bought
    from cases

)

select * from int_churn_cases_met
