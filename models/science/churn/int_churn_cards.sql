-- One card for all horizons; whole numbers only, shares in thousandths, so that both warehouses
-- write the same text.
{%- set text = dbt.type_string() %}

with

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

scorecards as (

    select * from {{ ref('int_churn_scorecards') }}
    where purpose = 'score'

),

backtests as (

    select
        horizon_week_count,
        count(*) as test_count,
        cast(round(1000 * avg(auc)) as {{ dbt.type_bigint() }}) as auc,
        cast(round(1000 * avg(brier_score)) as {{ dbt.type_bigint() }}) as brier_score,
        cast(round(1000 * avg(calibration_slope)) as {{ dbt.type_bigint() }}) as slope
    from {{ ref('fct_model_backtest') }}
    group by horizon_week_count

),

fits as (

    select
        horizon_week_count,
        min(model_name) as method_name,
        sum(case when kind in ('feature', 'pair') then 1 else 0 end) as range_count,
        cast(round(sum(
            case
                when feature_name in ('train_count', 'calibrate_count') and kind = 'about'
                    then contribution
                else 0
            end
        )) as {{ dbt.type_bigint() }}) as sample_count
    from scorecards
    group by horizon_week_count

),

fits_told as (

    select
        fits.horizon_week_count,
        fits.sample_count,
        {{ dbt.concat([
            "'\"'", "cast(fits.horizon_week_count as " ~ text ~ ")",
            "' weeks\": {\"method\": \"'", "fits.method_name",
            "'\", \"ranges\": '", "cast(fits.range_count as " ~ text ~ ")", "'}'",
        ]) }} as parameters,
        {{ dbt.concat([
            "'\"'", "cast(fits.horizon_week_count as " ~ text ~ ")",
            "' weeks\": {\"test cut-offs\": '",
            "cast(coalesce(backtests.test_count, 0) as " ~ text ~ ")",
            "', \"AUC\": '", "coalesce(cast(backtests.auc as " ~ text ~ "), 'null')",
            "', \"Brier score\": '",
            "coalesce(cast(backtests.brier_score as " ~ text ~ "), 'null')",
            "', \"calibration slope\": '",
            "coalesce(cast(backtests.slope as " ~ text ~ "), 'null')", "'}'",
        ]) }} as quality
    from fits
    left join backtests
        on fits.horizon_week_count = backtests.horizon_week_count

),

fits_listed as (

    select
        sum(sample_count) as sample_count,
        string_agg(parameters, ', ' order by horizon_week_count) as parameters,
        string_agg(quality, ', ' order by horizon_week_count) as quality
    from fits_told

),

int_churn_cards as (

    select
        'churn_scorecards' as model_name,
        business_dates.business_date as cut_off_date,
        cast(fits_listed.sample_count as {{ dbt.type_bigint() }}) as sample_count,
        {{ dbt.concat(["'{'", "fits_listed.parameters", "'}'"]) }} as parameters,
        {{ dbt.concat(["'{'", "fits_listed.quality", "'}'"]) }} as quality
    from fits_listed
    cross join business_dates
    where fits_listed.sample_count is not null

)

select * from int_churn_cards
