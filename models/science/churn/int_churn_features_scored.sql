-- The scorecard is applied by equality alone: a look-up of each feature's value, then of the cell of
-- each pair. Everyone is scored as of the business date, the cases drawn as of the test cut-offs.
{%- set features = churn_features() %}
{%- set places = range(1, churn_pair_count() + 1) %}

with

features as (

    select
        customer_id,
        cut_off_date,
        {%- for feature in features %}
        coalesce({{ feature }}, -1) as {{ feature }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_churn_features') }}

),

lookups as (

    select * from {{ ref('int_churn_lookups') }}

),

purposes as (

    select
        'score' as purpose,
        business_date as cut_off_date
    from {{ ref('int_business_dates_chosen') }}
    union distinct
    select
        purpose,
        cut_off_date
    from {{ ref('int_churn_cut_offs') }}
    where role = 'test'

),

int_churn_features_scored as (

    select
        features.customer_id,
        features.cut_off_date,
        purposes.purpose,
        {%- for horizon in churn_horizons() %}
        {% for feature in features -%}
        {{ feature }}.contribution_{{ horizon }}{{ " + " if not loop.last }}
        {%- endfor %} as contribution_{{ horizon }},
        {%- for place in places %}
        {% for feature in features -%}
        {{ feature }}.cell_{{ horizon }}_{{ place }}{{ " + " if not loop.last }}
        {%- endfor %} as cell_{{ horizon }}_{{ place }},
        {%- endfor %}
        {%- for feature in features %}
        {{ feature }}.reason_key_{{ horizon }} as {{ feature }}_reason_key_{{ horizon }}
        {{- "," if not loop.last }}
        {%- endfor %}
        {{- "," if not loop.last }}
        {%- endfor %}
    from features
    inner join purposes
        on features.cut_off_date = purposes.cut_off_date
    {%- for feature in features %}
    inner join lookups as {{ feature }}
        on {{ feature }}.feature_name = '{{ feature }}'
        and features.{{ feature }} = {{ feature }}.feature_value
        and purposes.purpose = {{ feature }}.purpose
    {%- endfor %}

)

select * from int_churn_features_scored
