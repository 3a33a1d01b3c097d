-- The scorecard is applied by equality alone: a look-up of each feature's value, then of the cell
-- of each pair. Everyone is scored as of the business date, the cases drawn as of test cut-offs.
{%- set features = churn_features() %}

with

features as (

    select
        {%- for feature in features %}
        coalesce({{ feature }}, -1) as {{ feature }},
        {%- endfor %}
        customer_id,
        cut_off_date
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
        {%- for horizon in churn_horizons() %}
        {{ churn_sum("contribution_" ~ horizon) }} as contribution_{{ horizon }},
        {{ churn_sum("cells_" ~ horizon) }} as cells_{{ horizon }},
        {%- for feature in features %}
        {{ feature }}.reason_key_{{ horizon }} as {{ feature }}_reason_key_{{ horizon }},
        {%- endfor %}
        {%- endfor %}
        features.customer_id,
        features.cut_off_date,
        purposes.purpose
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
