-- One card for all horizons; whole numbers only, shares in thousandths, so that both warehouses
-- write the same text.
{%- set week_count = "cast(fits.horizon_week_count as " ~ dbt.type_string() ~ ")" %}
{%- set weeks = ["'\"'", week_count, "' weeks\": '"] %}

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
        avg(auc) as auc,
        avg(brier_score) as brier_score,
        avg(calibration_slope) as calibration_slope
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
        {{ dbt.concat(weeks + [
            "'{\"method\": \"'", "fits.method_name", "'\", '",
            json_entry("'ranges'", "fits.range_count"), "'}'",
        ]) }} as parameters,
        {{ dbt.concat(weeks + [json_object({
            "test cut-offs": "coalesce(backtests.test_count, 0)",
            "AUC": "round(1000 * backtests.auc)",
            "Brier score": "round(1000 * backtests.brier_score)",
            "calibration slope": "round(1000 * backtests.calibration_slope)",
        })]) }} as quality
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
