-- A feed caused a restatement if between the two reports it published something that touched sales
-- of the period's days. Where none did, a setting, a seed or a definition has changed.
with

reports as (

    select
        *,
        row_number() over (
            partition by period_id, measure_name order by report_number desc
        ) as recency
    from {{ ref('fct_closed_periods') }}

),

periods as (

    select * from {{ ref('dim_periods') }}

),

days_touched as (

    select * from {{ ref('int_days_touched') }}

),

deliveries as (

    select * from {{ ref('stg_ops__deliveries') }}

),

first_and_last as (

    select
        first_reports.period_id,
        first_reports.measure_name,
        periods.grain,
        periods.start_date,
        periods.end_date,
        first_reports.value as first_reported_value,
        first_reports.known_seq as first_known_seq,
        first_reports.known_date as first_known_date,
        first_reports.known_at as first_known_at,
        last_reports.value as known_value,
        last_reports.known_seq,
        last_reports.known_date,
        last_reports.known_at,
        last_reports.report_number as restatement_count,
        first_reports.currency_code
    from reports as first_reports
    inner join reports as last_reports
        on first_reports.period_id = last_reports.period_id
        and first_reports.measure_name = last_reports.measure_name
        and last_reports.recency = 1
    inner join periods
        on first_reports.period_id = periods.period_id
    where first_reports.report_number = 0

),

feeds_published_since as (

    select distinct
        first_and_last.period_id,
        first_and_last.measure_name,
        deliveries.feed_name
    from first_and_last
    inner join days_touched
        on first_and_last.start_date <= days_touched.touched_day
        and first_and_last.end_date >= days_touched.touched_day
        and first_and_last.first_known_seq < days_touched.published_seq
        and first_and_last.known_seq >= days_touched.published_seq
    inner join deliveries
        on days_touched.published_seq = deliveries.published_seq
    where first_and_last.restatement_count > 0

),

feeds_listed as (

    select
        period_id,
        measure_name,
        string_agg(feed_name, ', ' order by feed_name) as feed_names
    from feeds_published_since
    group by period_id, measure_name

),

rpt_restatements as (

    select
        first_and_last.period_id,
        first_and_last.grain,
        first_and_last.start_date,
        first_and_last.end_date,
        first_and_last.measure_name,
        first_and_last.first_reported_value,
        first_and_last.first_known_date,
        first_and_last.first_known_at,
        first_and_last.known_value,
        first_and_last.known_date,
        first_and_last.known_at,
        first_and_last.restatement_count,
        cast(
            first_and_last.known_value - first_and_last.first_reported_value
            as {{ dbt.type_numeric() }}
        ) as restated_value,
        feeds_listed.feed_names,
        first_and_last.currency_code
    from first_and_last
    left join feeds_listed
        on first_and_last.period_id = feeds_listed.period_id
        and first_and_last.measure_name = feeds_listed.measure_name

)

select * from rpt_restatements
