{#- The hours 0 to 23, a row each. -#}
{% macro hours_of_a_day() -%}
    select {{ range(24) | join(" as hour_number union all select ") }} as hour_number
{%- endmacro %}
