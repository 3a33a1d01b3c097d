-- Peers, whose log odds are equal, share a rank: the mean of theirs, told twice to stay whole.
{%- set of_test = "partition by purpose, horizon_week_count, cut_off_date" %}

with

cases as (

    select * from {{ ref('int_churn_cases_met') }}

),

int_churn_cases_ranked as (

    select
        purpose,
        horizon_week_count,
        cut_off_date,
        customer_id,
        log_odds,
        probability,
        has_bought,
        count(*) over ({{ of_test }}) as case_count,
        rank() over ({{ of_test }} order by log_odds)
        + count(*) over ({{ of_test }} order by log_odds) as twice_mid_rank,
        count(*) over ({{ of_test }} order by log_odds desc) as until_count,
        sum(has_bought) over ({{ of_test }} order by log_odds desc) as bought_until_count,
        row_number() over ({{ of_test }} order by log_odds desc, customer_id asc) as place
    from cases

)

select * from int_churn_cases_ranked
