with

cases as (

    select * from {{ ref('int_churn_cases_drawn') }}
    where role = 'test'

),

scores as (

    select * from {{ ref('int_churn_customers_scored') }}

),

outcomes as (

    select * from {{ ref('int_churn_outcomes') }}

),

int_churn_tests_met as (

    select
        scores.purpose,
        scores.horizon_week_count,
        scores.cut_off_date,
        scores.customer_id,
        scores.log_odds,
        scores.probability,
        outcomes.has_bought
    from cases
    inner join scores
        on cases.purpose = scores.purpose
        and cases.horizon_week_count = scores.horizon_week_count
        and cases.cut_off_date = scores.cut_off_date
        and cases.customer_id = scores.customer_id
    inner join outcomes
        on cases.horizon_week_count = outcomes.horizon_week_count
        and cases.cut_off_date = outcomes.cut_off_date
        and cases.customer_id = outcomes.customer_id

)

select * from int_churn_tests_met
