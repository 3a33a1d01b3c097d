{#- For compare_periods: the days, with hours the hours too, of the periods and of what they are
compared with, none after the day in as_of_days. -#}
{% macro days_of_periods(has_hours) -%}
    select
        periods_compared.period_id,
        periods_compared.comparison,
        periods_compared.date_day,
        periods.hour_number,
        coalesce(
            periods_compared.elapsed_number <= cuts.last_elapsed_number, true
        ) as is_to_date
    from {{ ref('int_periods_compared') }} as periods_compared
    inner join periods
        on periods_compared.period_id = periods.period_id
    inner join as_of_days
        on periods_compared.date_day <= as_of_days.as_of_date
    left join cuts
        on periods.series_name = cuts.series_name
    {% if has_hours %}
    union all
    select
        periods.period_id,
        periods_compared.comparison,
        periods_compared.date_day,
        periods.hour_number,
        true as is_to_date
    from periods
    inner join {{ ref('int_periods_compared') }} as periods_compared
        on periods_compared.period_id = concat('day ', substr(periods.period_name, 1, 10))
    where periods.grain = 'hour' and periods_compared.comparison <> 'previous'
    union all
    select
        period_id,
        'previous' as comparison,
        {{ add_days("start_date", "case when hour_number = 0 then -1 else 0 end") }} as date_day,
        mod(hour_number + 23, 24) as hour_number,
        true as is_to_date
    from periods
    where grain = 'hour'
    {%- endif %}
{%- endmacro %}
