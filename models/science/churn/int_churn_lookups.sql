-- All that SQL has to know of a value, side by side for the horizons: what it adds, how strong a
-- reason it is, and its part of the cell of each pair. A horizon without a scorecard has none.
{%- set places = range(1, churn_pair_count() + 1) %}

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
        bins.place,
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
        purpose,
        feature_name,
        feature_value,
        {%- for horizon in churn_horizons() %}
        {%- set of_horizon = "case when horizon_week_count = " ~ horizon ~ " then " %}
        max({{ of_horizon }} contribution end) as contribution_{{ horizon }},
        {%- for place in places %}
        max(
            case when horizon_week_count = {{ horizon }} and place = {{ place }} then cell else 0 end
        ) as cell_{{ horizon }}_{{ place }},
        {%- endfor %}
        coalesce(max({{ of_horizon }} reason_key end), 0) as reason_key_{{ horizon }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from values_binned
    group by purpose, feature_name, feature_value

)

select * from int_churn_lookups
