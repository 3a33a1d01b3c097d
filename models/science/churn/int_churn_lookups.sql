-- All that SQL has to know of a value, side by side for the horizons: what it adds, how strong a
-- reason it is, and its part of the cells of pairs. A horizon without a scorecard has none.

with

contributions as (

    select * from {{ ref('int_churn_contributions') }}

),

bins as (

    select * from {{ ref('int_churn_pair_bins') }}

),

values_binned as (

    select
        contributions.*,
        coalesce(bins.cell, 0) as cell
    from contributions
    left join bins
        on contributions.purpose = bins.purpose
        and contributions.horizon_week_count = bins.horizon_week_count
        and contributions.feature_name = bins.feature_name
        and contributions.feature_value between bins.from_value and bins.to_value

),

int_churn_lookups as (

    select
        {%- for horizon in churn_horizons() %}
        {%- set is_horizon = "horizon_week_count = " ~ horizon %}
        max(case when {{ is_horizon }} then contribution end) as contribution_{{ horizon }},
        cast(sum(case when {{ is_horizon }} then cell else 0 end) as {{ dbt.type_bigint() }})
            as cells_{{ horizon }},
        max(case when {{ is_horizon }} then reason_key else 0 end) as reason_key_{{ horizon }},
        {%- endfor %}
        purpose,
        feature_name,
        feature_value
    from values_binned
    group by purpose, feature_name, feature_value

)

select * from int_churn_lookups
