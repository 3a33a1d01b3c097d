-- All in millionths, as decimals, so that sums do not depend on the order of rows.
with

cases as (

    select * from {{ ref('int_churn_cases_ranked') }}

),

int_churn_cases_measured as (

    select
        purpose,
        horizon_week_count,
        cut_off_date,
        has_bought,
        twice_mid_rank,
        10 * (place - 1) < case_count as is_first_decile,
        cast(1000000 * probability as {{ dbt.type_numeric() }}) as probability,
        cast(1000000.0 * bought_until_count / until_count as {{ dbt.type_numeric() }}) as precision,
        cast(
            1000000 * (probability - has_bought) * (probability - has_bought)
            as {{ dbt.type_numeric() }}
        ) as squared_error,
        cast(
            1000000 * ln(1 + exp(case when has_bought = 1 then -log_odds else log_odds end))
            as {{ dbt.type_numeric() }}
        ) as log_loss
    from cases

)

select * from int_churn_cases_measured
