-- The three strongest reasons: each the strongest of those that are weaker than the one before.
{%- set places = range(1, churn_pair_count() + 1) %}
{%- set steps = [1, 1000000, 1000000000000, 1000000000000000000] %}

with

features as (

    select * from {{ ref('int_churn_features_scored') }}

),

cells as (

    select * from {{ ref('int_churn_pair_cells') }}

),

intercepts as (

    select
        {%- for horizon in churn_horizons() %}
        max(case when horizon_week_count = {{ horizon }} then contribution end)
            as intercept_{{ horizon }},
        {%- endfor %}
        purpose
    from {{ ref('int_churn_scorecards') }}
    where kind = 'intercept'
    group by purpose

),

customers_ranked as (

    select
        {%- for horizon in churn_horizons() %}
        intercepts.intercept_{{ horizon }} + features.contribution_{{ horizon }}
        {%- for place in places %}
        + coalesce(cells_{{ horizon }}_{{ place }}.contribution, 0)
        {%- endfor %} as log_odds_{{ horizon }},
        {{ churn_reason(horizon) }} as first_reason_{{ horizon }},
        {%- endfor %}
        features.*
    from features
    inner join intercepts
        on features.purpose = intercepts.purpose
    {%- for horizon in churn_horizons() %}
    {%- for place in places %}
    {%- set name = "cells_" ~ horizon ~ "_" ~ place %}
    left join cells as {{ name }}
        on features.purpose = {{ name }}.purpose
        and mod(features.cells_{{ horizon }}, {{ steps[place] }})
        - mod(features.cells_{{ horizon }}, {{ steps[place - 1] }}) = {{ name }}.cell
        and {{ name }}.horizon_week_count = {{ horizon }}
        and {{ name }}.place = {{ place }}
    {%- endfor %}
    {%- endfor %}

),

customers_ranked_twice as (

    select
        {%- for horizon in churn_horizons() %}
        {{ churn_reason(horizon, "first_reason_" ~ horizon) }} as second_reason_{{ horizon }},
        {%- endfor %}
        *
    from customers_ranked

),

customers_ranked_thrice as (

    select
        {%- for horizon in churn_horizons() %}
        {{ churn_reason(horizon, "second_reason_" ~ horizon) }} as third_reason_{{ horizon }},
        {%- endfor %}
        *
    from customers_ranked_twice

),

-- In one pass: a union would read all of this once for each horizon.
horizons as (

    {% for horizon in churn_horizons() -%}
    select cast({{ horizon }} as {{ dbt.type_bigint() }}) as horizon_week_count
    {{ "union all" if not loop.last }}
    {% endfor %}

),

customers_by_horizon as (

    select
        {%- for column in ["log_odds", "first_reason", "second_reason", "third_reason"] %}
        case horizons.horizon_week_count
            {%- for horizon in churn_horizons() %}
            when {{ horizon }} then customers_ranked_thrice.{{ column }}_{{ horizon }}
            {%- endfor %}
        end as {{ column }},
        {%- endfor %}
        customers_ranked_thrice.customer_id,
        customers_ranked_thrice.cut_off_date,
        customers_ranked_thrice.purpose,
        horizons.horizon_week_count
    from customers_ranked_thrice
    cross join horizons

),

int_churn_customers_scored as (

    select
        customer_id,
        cut_off_date,
        purpose,
        horizon_week_count,
        log_odds,
        1 / (1 + exp(-log_odds)) as probability,
        first_reason as first_reason_key,
        second_reason as second_reason_key,
        third_reason as third_reason_key
    from customers_by_horizon
    where log_odds is not null

)

select * from int_churn_customers_scored
