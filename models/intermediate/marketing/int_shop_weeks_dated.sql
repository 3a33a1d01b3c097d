-- The shop numbers its weeks from the day that its data begin. Week 1 ends on that week's Sunday,
-- so it can be short; every later week runs from Monday to Sunday.
with

source_calendars as (

    select
        source_name,
        shop_week_1_date,
        {{ week_start("shop_week_1_date", "monday") }} as first_monday_date
    from {{ ref('source_calendars') }}
    where shop_week_1_date is not null

),

mondays as (

    select date_day as monday_date
    from {{ ref('int_dates_retail_numbered') }}
    where date_day = {{ week_start("date_day", "monday") }}

),

int_shop_weeks_dated as (

    select
        source_calendars.source_name,
        cast(
            {{ dbt.datediff("source_calendars.first_monday_date", "mondays.monday_date", "day") }}
            / 7 + 1 as {{ dbt.type_bigint() }}
        ) as week_number,
        greatest(mondays.monday_date, source_calendars.shop_week_1_date) as week_start_date,
        {{ add_days("mondays.monday_date", 6) }} as week_end_date
    from source_calendars
    inner join mondays
        on source_calendars.first_monday_date <= mondays.monday_date

)

select * from int_shop_weeks_dated
