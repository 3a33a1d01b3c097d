{% macro reporting_time_zone() -%}
    {{- return(shop_setting("reporting_time_zone")) -}}
{%- endmacro %}
