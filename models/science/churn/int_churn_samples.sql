with

cases as (

    select * from {{ ref('int_churn_cases_drawn') }}
    where role in ('train', 'calibrate')

),

outcomes as (

    select * from {{ ref('int_churn_outcomes') }}

),

features as (

    select * from {{ ref('int_churn_features') }}

),

int_churn_samples as (

    select
        cases.purpose,
        cases.horizon_week_count,
        cases.role,
        cases.customer_id,
        cases.cut_off_date,
        cases.sample_weight,
        {%- for feature in churn_features() %}
        features.{{ feature }},
        {%- endfor %}
        outcomes.has_bought
    from cases
    inner join outcomes
        on cases.horizon_week_count = outcomes.horizon_week_count
        and cases.customer_id = outcomes.customer_id
        and cases.cut_off_date = outcomes.cut_off_date
    inner join features
        on cases.customer_id = features.customer_id
        and cases.cut_off_date = features.cut_off_date

)

select * from int_churn_samples
