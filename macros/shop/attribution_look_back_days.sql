{% macro attribution_look_back_days() -%}
    {{- return(shop_setting("attribution_look_back_days")) -}}
{%- endmacro %}
