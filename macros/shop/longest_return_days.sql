{% macro longest_return_days() -%}
    {{- return(shop_setting("longest_return_days")) -}}
{%- endmacro %}
