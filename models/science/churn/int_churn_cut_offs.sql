-- From the last day whose horizon is over, back by four weeks: cut-offs to test on; a horizon
-- before the first of them the one to calibrate on; a horizon before that, back by four weeks
-- again, those to train on. What is scored today needs no test: there the business date stands
-- where the first test does. The first cut-off has eight weeks of history.

with

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

dates as (

    select date_day from {{ ref('dim_dates') }}

),

horizons as (

    {% for horizon in churn_horizons() -%}
    select
        {{ horizon }} as horizon_week_count,
        {{ 7 * horizon }} as horizon_day_count
    {{ "union all" if not loop.last }}
    {% endfor %}

),

horizons_measured as (

    select
        horizons.*,
        business_dates.business_date,
        {{ add_days("business_dates.opening_date", 55) }} as first_cut_off_date,
        cast(floor((
            {{ dbt.datediff("business_dates.opening_date", "business_dates.business_date", "day") }}
            - 55 - 3 * horizons.horizon_day_count
        ) / 28.0) as {{ dbt.type_bigint() }}) + 1 as place_count
    from horizons
    cross join business_dates

),

-- Half of the places are for tests, but four at least where there are as many.
horizons_planned as (

    select
        *,
        least(
            place_count,
            greatest(4, least({{ var("churn_test_cut_off_count") }}, floor(place_count / 2.0)))
        ) as test_count
    from horizons_measured

),

purposes as (

    select
        'backtest' as purpose,
        horizon_week_count,
        horizon_day_count,
        first_cut_off_date,
        {{ add_days("business_date", "-horizon_day_count") }} as last_test_date,
        {{ add_days(
            "business_date", "-cast(horizon_day_count + 28 * (test_count - 1) as int)"
        ) }} as first_test_date
    from horizons_planned
    where test_count > 0
    union all
    select
        'score' as purpose,
        horizon_week_count,
        horizon_day_count,
        first_cut_off_date,
        cast(null as date) as last_test_date,
        business_date as first_test_date
    from horizons_planned

),

dates_placed as (

    select
        purposes.purpose,
        purposes.horizon_week_count,
        purposes.horizon_day_count,
        dates.date_day,
        {{ dbt.datediff("dates.date_day", "purposes.last_test_date", "day") }} as before_last_test,
        {{ dbt.datediff("dates.date_day", "purposes.first_test_date", "day") }}
            as before_first_test
    from purposes
    inner join dates
        on purposes.first_cut_off_date <= dates.date_day

),

roles_given as (

    select
        *,
        case
            when
                before_last_test >= 0 and before_first_test <= 0
                and mod(before_last_test, 28) = 0
                then 'test'
            when before_first_test = horizon_day_count then 'calibrate'
            when
                before_first_test >= 2 * horizon_day_count
                and mod(before_first_test - 2 * horizon_day_count, 28) = 0
                and before_first_test - 2 * horizon_day_count
                < 28 * {{ var("churn_train_cut_off_count") }}
                then 'train'
        end as role
    from dates_placed

),

int_churn_cut_offs as (

    select
        purpose,
        cast(horizon_week_count as {{ dbt.type_bigint() }}) as horizon_week_count,
        role,
        date_day as cut_off_date,
        {{ add_days("date_day", "horizon_day_count") }} as outcome_date
    from roles_given
    where role is not null

)

select * from int_churn_cut_offs
