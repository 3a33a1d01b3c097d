-- All comparisons of a period as days: joined to anything that adds up by day, one query gives the
-- period and what it is compared with.
{{ config(materialized="table") }}

with

periods as (

    select * from {{ ref('dim_periods') }}

),

dates_grouped as (

    select * from {{ ref('int_dates_grouped') }}

),

comparisons as (

    select
        period_id,
        series_name,
        'this' as comparison,
        period_id as compared_period_id
    from periods
    union all
    select
        period_id,
        series_name,
        'previous' as comparison,
        previous_period_id as compared_period_id
    from periods
    union all
    select
        period_id,
        series_name,
        'last_year' as comparison,
        last_year_period_id as compared_period_id
    from periods

),

days_compared as (

    select
        comparisons.period_id,
        comparisons.series_name,
        comparisons.comparison,
        dates_grouped.date_day,
        dates_grouped.elapsed_number
    from comparisons
    inner join dates_grouped
        on comparisons.compared_period_id = dates_grouped.period_id
    union all
    select
        period_id,
        series_name,
        'comparable' as comparison,
        {{ add_days("date_day", -364) }} as date_day,
        elapsed_number
    from dates_grouped

),

int_periods_compared as (

    select
        period_id,
        series_name,
        comparison,
        date_day,
        elapsed_number
    from days_compared

)

select * from int_periods_compared
