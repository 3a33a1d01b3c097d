{#-
    The first day of a retail (4-5-4) year. The year ends on the Saturday closest to January 31, so
    the next one starts on a Sunday from January 29 to February 4: that of the week of February 4.
-#}
{% macro retail_year_start(year) -%}
    {%- set february_4 -%}
        cast(concat(cast({{ year }} as {{ dbt.type_string() }}), '-02-04') as date)
    {%- endset -%}
    {{ week_start(february_4, "sunday") }}
{%- endmacro %}
