{% macro closing_days() -%}
    {{- return(shop_setting("closing_days")) -}}
{%- endmacro %}
