{#- The days, and those up to `before` and `after` days from them, as a list of SQL dates. -#}
{% macro dates_of(days, before=0, after=0) -%}
    {%- set dates = [] -%}
    {%- for first, end in day_ranges(days, before, after) -%}
        {%- for offset in range((end - first).days) -%}
            {%- set date = first + modules.datetime.timedelta(offset) -%}
            {%- do dates.append("date '" ~ date ~ "'") -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(dates | join(", ") or "cast(null as date)") -}}
{%- endmacro %}
