{% macro longest_order_days() -%}
    {{- return(shop_setting("longest_order_days")) -}}
{%- endmacro %}
