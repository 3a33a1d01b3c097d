-- Ends that are open get those of the features, and having no value counts as the value -1: so
-- every range is told by two numbers.
{%- set ends = {
    "from_value": ("is_missing", 0),
    "to_value": ("is_missing", 999),
    "other_from_value": ("is_other_missing", 0),
    "other_to_value": ("is_other_missing", 999),
} %}

with

scorecards as (

    select * from {{ ref('churn_scorecards') }}

),

int_churn_scorecards as (

    select
        purpose,
        horizon_week_count,
        model_name,
        kind,
        feature_name,
        other_feature_name,
        {%- for column, (is_missing, open_end) in ends.items() %}
        case when {{ is_missing }} then -1 else coalesce({{ column }}, {{ open_end }}) end
            as {{ column }},
        {%- endfor %}
        contribution
    from scorecards

)

select * from int_churn_scorecards
