{%- set ranks = ["first", "second", "third"] %}

with

customers as (

    select
        *,
        cast(round(1000 * log_odds) as {{ dbt.type_bigint() }}) as score_bin
    from {{ ref('int_churn_customers_scored') }}
    where purpose = 'score'

),

deciles as (

    select * from {{ ref('int_churn_deciles') }}
    where purpose = 'score'

),

reasons as (

    select * from {{ ref('int_churn_reasons') }}

),

scorecards as (

    select * from {{ ref('int_churn_scorecards') }}
    where purpose = 'score' and kind = 'intercept'

),

fct_customer_churn as (

    select
        customers.customer_id,
        customers.horizon_week_count,
        customers.cut_off_date as business_date,
        cast(scorecards.model_name as {{ dbt.type_string() }}) as model_name,
        customers.log_odds as score,
        customers.probability as repurchase_probability,
        1 - customers.probability as churn_probability,
        {%- for rank in ranks %}
        cast({{ rank }}_reasons.reason as {{ dbt.type_string() }}) as {{ rank }}_reason,
        {%- endfor %}
        deciles.decile
    from customers
    inner join deciles
        on customers.horizon_week_count = deciles.horizon_week_count
        and customers.cut_off_date = deciles.cut_off_date
        and customers.score_bin = deciles.score_bin
    inner join scorecards
        on customers.horizon_week_count = scorecards.horizon_week_count
    {%- for rank in ranks %}
    left join reasons as {{ rank }}_reasons
        on customers.{{ rank }}_reason_key >= 1000
        and mod(customers.{{ rank }}_reason_key, 1000) = {{ rank }}_reasons.reason_number
    {%- endfor %}

)

select * from fct_customer_churn
