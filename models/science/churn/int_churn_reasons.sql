-- A reason is a feature, whether it is low (1), high (2) or missing (3), and whether it speaks for
-- buying again (4 more). Eight numbers belong to a feature.
{%- set states = {1: "words_when_low", 2: "words_when_high", 3: "words_when_missing"} %}

with

features as (

    select
        *,
        row_number() over (order by feature_name) as feature_number
    from {{ ref('churn_features') }}

),

int_churn_reasons as (

    {% for state, words in states.items() -%}
    {%- for step, sign in [(0, "- "), (4, "+ ")] %}
    select
        8 * feature_number + {{ state + step }} as reason_number,
        {{ dbt.concat(["'" ~ sign ~ "'", words]) }} as reason
    from features
    {{ "union all" if not (loop.last and state == 3) }}
    {%- endfor %}
    {%- endfor %}

)

select * from int_churn_reasons
