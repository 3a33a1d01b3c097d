{#-
    The condition that a date, or with kind="timestamp" a UTC timestamp, falls on one of the days or
    up to `before` and `after` days from one. Without days nothing does, and nothing is read.
-#}
{% macro in_days(column, days, before=0, after=0, kind="date") -%}
    {%- set ranges = day_ranges(days, before, after) or [("0001-01-02", "0001-01-02")] -%}
    {%- set conditions = [] -%}
    {%- for first, end in ranges -%}
        {%- set from_first = column ~ " >= " ~ kind ~ " '" ~ first ~ "'" -%}
        {%- set before_end = column ~ " < " ~ kind ~ " '" ~ end ~ "'" -%}
        {%- do conditions.append(from_first ~ " and " ~ before_end) -%}
    {%- endfor -%}
    {{- return("(" ~ conditions | join(" or ") ~ ")") -}}
{%- endmacro %}
