{#-
    The days, and those up to `before` and `after` days from them, as pairs of a first day and the
    day behind the last one. Ranges that meet are one.
-#}
{% macro day_ranges(days, before=0, after=0) -%}
    {%- set ranges = [] -%}
    {%- for text in days | sort -%}
        {%- set day = modules.datetime.date.fromisoformat(text) -%}
        {%- set first = day - modules.datetime.timedelta(before) -%}
        {%- set end = day + modules.datetime.timedelta(after + 1) -%}
        {%- if ranges and first <= ranges[-1][1] -%}
            {%- do ranges.append((ranges.pop()[0], end)) -%}
        {%- else -%}
            {%- do ranges.append((first, end)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(ranges) -}}
{%- endmacro %}
