{#- For compare_periods: the periods of the slice, up to the day in as_of_days. Hours are asked for
by the number of days that they come for. -#}
{% macro periods_asked_for(grains, first_date, hour_day_count) -%}
    select
        periods.period_id,
        periods.grain,
        periods.series_name,
        periods.period_name,
        periods.start_date,
        periods.end_date,
        cast(null as {{ dbt.type_int() }}) as hour_number,
        periods.end_date <= as_of_days.as_of_date as is_closed,
        periods.has_previous,
        periods.has_last_year,
        periods.has_comparable
    from {{ ref('dim_periods') }} as periods
    inner join as_of_days
        on periods.start_date <= as_of_days.as_of_date
    where
        periods.grain in ('{{ grains | join("', '") }}')
        and periods.is_traded
        and periods.end_date >= date '{{ first_date or "0001-01-01" }}'
    {% if hour_day_count %}
    union all
    select
        concat('hour ', {{ hour_name("periods.period_name", "hours.hour_number") }}) as period_id,
        'hour' as grain,
        'hour' as series_name,
        {{ hour_name("periods.period_name", "hours.hour_number") }} as period_name,
        periods.start_date,
        periods.end_date,
        hours.hour_number,
        periods.end_date <= as_of_days.as_of_date as is_closed,
        hours.hour_number > 0 or periods.has_previous as has_previous,
        periods.has_last_year,
        periods.has_comparable
    from {{ ref('dim_periods') }} as periods
    inner join as_of_days
        on periods.start_date <= as_of_days.as_of_date
        and periods.start_date > {{ add_days("as_of_days.as_of_date", -hour_day_count) }}
    cross join ({{ hours_of_a_day() }}) as hours
    where periods.grain = 'day' and periods.is_traded
    {%- endif %}
{%- endmacro %}
