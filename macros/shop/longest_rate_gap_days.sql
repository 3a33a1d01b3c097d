{% macro longest_rate_gap_days() -%}
    {{- return(shop_setting("longest_rate_gap_days")) -}}
{%- endmacro %}
