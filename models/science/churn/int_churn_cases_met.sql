with

cases as (

    select * from {{ ref('int_churn_cases_drawn') }}
    where role = 'test'

),

scores as (

    select * from {{ ref('int_churn_customers_scored') }}
    where purpose = 'backtest'

),

outcomes as (

    select * from {{ ref('int_churn_outcomes') }}

),

predictions as (

    select * from {{ ref('int_churn_predictions_met') }}

),

int_churn_cases_met as (

    select
        'backtest' as purpose,
        cases.horizon_week_count,
        cases.cut_off_date,
        cases.customer_id,
        scores.log_odds,
        scores.probability,
        outcomes.has_bought
    from cases
    inner join scores
        on cases.horizon_week_count = scores.horizon_week_count
        and cases.cut_off_date = scores.cut_off_date
        and cases.customer_id = scores.customer_id
    inner join outcomes
        on cases.horizon_week_count = outcomes.horizon_week_count
        and cases.cut_off_date = outcomes.cut_off_date
        and cases.customer_id = outcomes.customer_id
    union all
    select
        'score' as purpose,
        horizon_week_count,
        cut_off_date,
        customer_id,
        log_odds,
        probability,
        has_bought
    from predictions

)

select * from int_churn_cases_met
