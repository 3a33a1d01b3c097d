-- Of those whom the scorecards were fitted on; whole sums, so that their order makes no difference.
with

samples as (

    select * from {{ ref('int_churn_samples') }}
    where role = 'train'

),

int_churn_feature_means as (

    {% for feature in churn_features() -%}
    select
        purpose,
        horizon_week_count,
        '{{ feature }}' as feature_name,
        sum({{ feature }}) / nullif(count({{ feature }}), 0) as mean_value
    from samples
    group by purpose, horizon_week_count
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from int_churn_feature_means
