-- The scorecard is applied by equality alone: a look-up of each feature's value, then of the cell
-- of each pair. Everyone is scored as of the business date, the cases drawn as of test cut-offs.
-- Features are looked up some at a time: how deep SQL may go has a limit.
{%- set features = churn_features() %}
{%- set batches = features | batch(7) | list %}

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

features_scored_0 as (

    select
        features.*,
        purposes.purpose
    from features
    inner join purposes
        on features.cut_off_date = purposes.cut_off_date

),

{% for batch in batches -%}
features_scored_{{ loop.index }} as (

    select
        {%- for horizon in churn_horizons() %}
        {{ churn_sum("contribution_" ~ horizon, batch) }}
            as contribution_{{ horizon }}_{{ batch[0] }},
        {{ churn_sum("cells_" ~ horizon, batch) }} as cells_{{ horizon }}_{{ batch[0] }},
        {%- for feature in batch %}
        {{ feature }}.reason_key_{{ horizon }} as {{ feature }}_reason_key_{{ horizon }},
        {%- endfor %}
        {%- endfor %}
        scored.*
    from features_scored_{{ loop.index0 }} as scored
    {{ churn_lookups(batch) }}

),

{% endfor -%}
int_churn_features_scored as (

    select
        {%- for horizon in churn_horizons() %}
        {{ churn_total("contribution_" ~ horizon, batches) }} as contribution_{{ horizon }},
        {{ churn_total("cells_" ~ horizon, batches) }} as cells_{{ horizon }},
        {%- for feature in features %}
        {{ feature }}_reason_key_{{ horizon }},
        {%- endfor %}
        {%- endfor %}
        customer_id,
        cut_off_date,
        purpose
    from features_scored_{{ batches | length }}

)

select * from int_churn_features_scored
