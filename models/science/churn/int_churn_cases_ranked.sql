-- Peers, whose log odds are equal, share a rank: the mean of theirs, told twice to stay whole. Each
-- loss is told in millionths, so that sums do not depend on the order of rows.
{%- set of_test = "partition by purpose, horizon_week_count, cut_off_date" %}

with

cases as (

    select * from {{ ref('int_churn_cases_met') }}

),

cases_counted as (

    select
        *,
        count(*) over ({{ of_test }}) as case_count,
        rank() over ({{ of_test }} order by log_odds)
        + count(*) over ({{ of_test }} order by log_odds) as twice_mid_rank,
        count(*) over ({{ of_test }} order by log_odds desc) as until_count,
        sum(has_bought) over ({{ of_test }} order by log_odds desc) as bought_until_count,
        row_number() over ({{ of_test }} order by log_odds desc, customer_id asc) as place
    from cases

),

int_churn_cases_ranked as (

    select
        purpose,
        horizon_week_count,
        cut_off_date,
        has_bought,
        case_count,
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
    from cases_counted

)

select * from int_churn_cases_ranked
