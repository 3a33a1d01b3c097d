{#-
    One query that gives measures by period, each against the period before, the same one last year
    and the comparable days 52 weeks before, whole and to date. The relation is read once.

    The relation has a row per day and more; `measures` are columns, or names with SQL, to be summed,
    or, with aggregate="count_distinct", to be counted: customers of a week are counted anew, and no
    sum of those of its days. `by` names columns, `where` is a condition. A period in which nothing was
    sold is zero; one before the shop's first order, or last year's of a week 53, is null.
    To date means that every period is cut as far as the one of `as_of` has come. The grain hour
    needs `hour_column` and comes for the `hour_day_count` days up to `as_of`.
-#}
{% macro compare_periods(
    relation,
    measures,
    date_column="trading_date",
    hour_column=none,
    by=[],
    where=none,
    grains=["day", "week", "month", "quarter", "year"],
    aggregate="sum",
    first_date=none,
    as_of=none,
    hour_day_count=14
) -%}
    {%- set has_hours = hour_column is not none and "hour" in grains -%}
    {%- set type = dbt.type_numeric() if aggregate == "sum" else dbt.type_string() -%}
    {%- set value = "case when {} then measured.measured_value end" -%}
    {%- set aggregated = "sum({})" if aggregate == "sum" else "count(distinct {})" -%}
    {%- set keys = ["date_day"] + (["hour_number"] if has_hours else []) + by -%}
    {%- set conditions = [where] if where else [] -%}
    {%- if first_date -%}
        {%- set earliest = earliest_day_compared(first_date, grains) -%}
        {%- do conditions.append(date_column ~ " >= " ~ earliest) -%}
    {%- endif -%}

    {%- set day_columns = [date_column ~ " as date_day"] -%}
    {%- if has_hours -%} {%- do day_columns.append(hour_column ~ " as hour_number") -%} {%- endif -%}
    {%- do day_columns.extend(by) -%}
    {%- set whens = [] -%}
    {%- for name in measures -%}
        {%- set expression = measures[name] if measures is mapping else name -%}
        {%- set expression = "sum(" ~ expression ~ ")" if aggregate == "sum" else expression -%}
        {%- do day_columns.append(expression ~ " as " ~ name) -%}
        {%- do whens.append("when '" ~ name ~ "' then cast(" ~ name ~ " as " ~ type ~ ")") -%}
    {%- endfor -%}
    {%- set group_count = keys | length if aggregate == "sum" else day_columns | length -%}

    {%- set slice = by + ["measure_name"] -%}
    {%- set measured_slice = "measured." ~ slice | join(", measured.") -%}
    {%- set members_slice = "members." ~ slice | join(", members.") -%}
    {%- set same_slice = ["sums.period_id = periods.period_id"] -%}
    {%- for column in slice -%}
        {%- do same_slice.append("sums." ~ column ~ " = members." ~ column) -%}
    {%- endfor -%}
    {%- set same_days = ["measured.date_day = period_days.date_day"] -%}
    {%- if has_hours -%}
        {%- do same_days.append(
            "measured.hour_number = coalesce(period_days.hour_number, measured.hour_number)"
        ) -%}
    {%- endif -%}

    {%- set sum_columns = [] -%}
    {%- set filled_columns = [] -%}
    {%- set final_columns = [] -%}
    {%- for prefix, cut in {"": "", "to_date_": " and period_days.is_to_date"}.items() -%}
        {%- for comparison in ["this", "previous", "last_year", "comparable"] -%}
            {%- set name = prefix ~ comparison ~ "_value" -%}
            {%- set condition = "period_days.comparison = '" ~ comparison ~ "'" ~ cut -%}
            {%- set sum = aggregated.format(value.format(condition)) -%}
            {%- do sum_columns.append(sum ~ " as " ~ name) -%}
            {%- set filled = "coalesce(sums." ~ name ~ ", 0)" -%}
            {%- if comparison == "this" -%}
                {%- do final_columns.append(name ~ " as " ~ prefix ~ "value") -%}
            {%- else -%}
                {%- set is_known = "periods.has_" ~ comparison -%}
                {%- set filled = "case when " ~ is_known ~ " then " ~ filled ~ " end" -%}
                {%- set rate = growth_rate(prefix ~ "this_value", name) -%}
                {%- set rate_name = prefix ~ comparison ~ "_growth_rate" -%}
                {%- do final_columns.extend([name, rate ~ " as " ~ rate_name]) -%}
            {%- endif -%}
            {%- do filled_columns.append(
                "cast(" ~ filled ~ " as " ~ dbt.type_numeric() ~ ") as " ~ name
            ) -%}
        {%- endfor -%}
    {%- endfor %}

    with

    as_of_days as (

        {{ as_of_day(as_of) }}

    ),

    day_values as (

        select {{ day_columns | join(", ") }}
        from {{ relation }}
        where {{ conditions | join(" and ") or "true" }}
        group by {{ range(1, group_count + 1) | join(", ") }}

    ),

    measure_names as (

        select '{{ measures | join("' as measure_name union all select '") }}' as measure_name

    ),

    measured as (

        select
            {{ (keys + ["measure_name"]) | join(", ") }},
            case measure_name {{ whens | join(" ") }} end as measured_value
        from day_values
        cross join measure_names

    ),

    -- What the slice has, at whatever time, is in each of its periods.
    members as (

        select distinct {{ slice | join(", ") }}
        from {{ "measured" if by else "measure_names" }}

    ),

    periods as (

        {{ periods_asked_for(grains, first_date, hour_day_count if has_hours else none) }}

    ),

    -- How far the periods of the day have come. One that ends on it is compared whole.
    cuts as (

        select
            dates_grouped.series_name,
            case
                when dates_grouped.date_day < dates_grouped.end_date
                    then dates_grouped.elapsed_number
            end as last_elapsed_number
        from {{ ref('int_dates_grouped') }} as dates_grouped
        inner join as_of_days
            on dates_grouped.date_day = as_of_days.as_of_date

    ),

    period_days as (

        {{ days_of_periods(has_hours) }}

    ),

    sums as (

        select
            period_days.period_id,
            {{ measured_slice }},
            {{ sum_columns | join(", ") }}
        from measured
        inner join period_days
            on {{ same_days | join(" and ") }}
        group by {{ range(1, by | length + 3) | join(", ") }}

    ),

    filled as (

        select
            {{ members_slice }},
            periods.grain,
            periods.period_id,
            periods.period_name,
            periods.start_date,
            periods.end_date,
            periods.is_closed,
            {{ filled_columns | join(", ") }}
        from members
        cross join periods
        left join sums
            on {{ same_slice | join(" and ") }}

    )

    select
        {{ slice | join(", ") }},
        grain,
        period_id,
        period_name,
        start_date,
        end_date,
        is_closed,
        {{ final_columns | join(", ") }}
    from filled
{%- endmacro %}
