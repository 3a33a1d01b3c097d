{#-
    The first day of the week that holds `date`; weeks start on `first_weekday`, 'monday' or
    'sunday'. Warehouses number weekdays differently, so days are counted from a known start.
-#}
{% macro week_start(date, first_weekday) -%}
    {%- set known_starts = {"monday": "1900-01-01", "sunday": "1899-12-31"} -%}
    {%- set known_start = "cast('" ~ known_starts[first_weekday] ~ "' as date)" -%}
    {{ add_days(date, "-mod(" ~ dbt.datediff(known_start, date, "day") ~ ", 7)") }}
{%- endmacro %}
