-- The shop numbers its weeks from the day that its data begin. Week 1 ends on that week's Sunday,
-- so it can be short; every later week runs from Monday to Sunday.
with

promotions as (

    select distinct week_number from {{ ref('stg_complete_journey__promotions') }}

),

transactions as (

    select distinct week_number from {{ ref('stg_complete_journey__transactions') }}

),

source_calendars as (

    select * from {{ ref('source_calendars') }}

),

weeks_numbered as (

    select
        'complete_journey' as source_name,
        week_number
    from promotions
    union distinct
    select
        'complete_journey' as source_name,
        week_number
    from transactions

),

weeks_anchored as (

    select
        weeks_numbered.source_name,
        weeks_numbered.week_number,
        source_calendars.shop_week_1_date,
        {{ week_start("source_calendars.shop_week_1_date", "monday") }} as first_monday_date
    from weeks_numbered
    left join source_calendars
        on weeks_numbered.source_name = source_calendars.source_name

),

int_shop_weeks_dated as (

    select
        source_name,
        week_number,
        greatest(
            {{ add_days("first_monday_date", "7 * (week_number - 1)") }},
            shop_week_1_date
        ) as week_start_date,
        {{ add_days("first_monday_date", "7 * week_number - 1") }} as week_end_date
    from weeks_anchored

)

select * from int_shop_weeks_dated
