{% macro currency_code() -%}
    {{- return(shop_setting("currency")) -}}
{%- endmacro %}
