{#-
    The first day, as a constant, that a comparison of the periods from `first_date` on can read: the
    longest period that has it can begin that long before, and last year's a year before.
-#}
{% macro earliest_day_compared(first_date, grains) -%}
    {%- set lengths = {"hour": 1, "day": 1, "week": 7, "retail_week": 7, "month": 31} -%}
    {%- set longest = [] -%}
    {%- for grain in grains -%}
        {%- do longest.append(lengths.get(grain, 371)) -%}
    {%- endfor -%}
    {%- set first = modules.datetime.date.fromisoformat(first_date) -%}
    {{- return("date '" ~ (first - modules.datetime.timedelta(371 + longest | max)) ~ "'") -}}
{%- endmacro %}
