with

dates_grouped as (

    select * from {{ ref('int_dates_grouped') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

periods as (

    select distinct
        period_id,
        grain,
        series_name,
        period_year,
        period_number,
        period_name,
        start_date,
        end_date,
        -- The year before a leap year has no February 29; its last day of February stands for it.
        case
            when grain = 'day' and period_number = 229 then 228
            else period_number
        end as last_year_number
    from dates_grouped

),

periods_compared as (

    select
        periods.*,
        previous_year_periods.period_id as last_year_period_id,
        previous_year_periods.start_date as last_year_start_date,
        lag(periods.period_id) over (
            partition by periods.series_name order by periods.start_date
        ) as previous_period_id,
        lag(periods.start_date) over (
            partition by periods.series_name order by periods.start_date
        ) as previous_start_date
    from periods
    left join periods as previous_year_periods
        on periods.series_name = previous_year_periods.series_name
        and periods.period_year - 1 = previous_year_periods.period_year
        and periods.last_year_number = previous_year_periods.period_number

),

dim_periods as (

    select
        periods_compared.period_id,
        periods_compared.grain,
        periods_compared.series_name,
        periods_compared.period_name,
        periods_compared.period_year,
        periods_compared.period_number,
        periods_compared.start_date,
        periods_compared.end_date,
        cast(
            {{ dbt.datediff("periods_compared.start_date", "periods_compared.end_date", "day") }}
            + 1 as {{ dbt.type_int() }}
        ) as day_count,
        periods_compared.previous_period_id,
        periods_compared.last_year_period_id,
        {{ add_days("periods_compared.start_date", -364) }} as comparable_start_date,
        coalesce(
            periods_compared.end_date >= business_dates.opening_date
            and periods_compared.start_date <= business_dates.business_date, false
        ) as is_traded,
        coalesce(periods_compared.end_date <= business_dates.business_date, false) as is_closed,
        coalesce(
            periods_compared.previous_start_date >= business_dates.opening_date, false
        ) as has_previous,
        coalesce(
            periods_compared.last_year_start_date >= business_dates.opening_date, false
        ) as has_last_year,
        coalesce(
            {{ add_days("periods_compared.start_date", -364) }} >= business_dates.opening_date,
            false
        ) as has_comparable
    from periods_compared
    cross join business_dates

)

select * from dim_periods
