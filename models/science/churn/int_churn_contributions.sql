-- What each value adds, and how strong a reason that is: its size in millionths, and the number of
-- the reason in the last three digits. Where the field does not say which way a feature works, it
-- is high from a value of the seed on, or above the mean.
with

feature_values as (

    select * from {{ ref('int_churn_feature_values') }}

),

scorecards as (

    select * from {{ ref('int_churn_scorecards') }}

),

feature_means as (

    select * from {{ ref('int_churn_feature_means') }}

),

fits as (

    select distinct
        purpose,
        horizon_week_count
    from scorecards

),

contributions as (

    select
        fits.purpose,
        fits.horizon_week_count,
        feature_values.*,
        coalesce(scorecards.contribution, 0) as contribution,
        case
            when feature_values.feature_value = -1 then 3
            when feature_values.monotone_sign * scorecards.contribution < 0 then 1
            when feature_values.monotone_sign * scorecards.contribution > 0 then 2
            when
                feature_values.feature_value
                < coalesce(feature_values.high_from_value, feature_means.mean_value)
                then 1
            else 2
        end as state
    from feature_values
    cross join fits
    left join scorecards
        on feature_values.feature_name = scorecards.feature_name
        and feature_values.feature_value between scorecards.from_value and scorecards.to_value
        and fits.purpose = scorecards.purpose
        and fits.horizon_week_count = scorecards.horizon_week_count
        and scorecards.kind = 'feature'
    left join feature_means
        on feature_values.feature_name = feature_means.feature_name
        and fits.purpose = feature_means.purpose
        and fits.horizon_week_count = feature_means.horizon_week_count

),

int_churn_contributions as (

    select
        purpose,
        horizon_week_count,
        feature_name,
        feature_value,
        contribution,
        1000 * cast(round(1000000 * abs(contribution)) as {{ dbt.type_bigint() }})
        + 8 * feature_number
        + state
        + case when contribution > 0 then 4 else 0 end as reason_key
    from contributions

)

select * from int_churn_contributions
