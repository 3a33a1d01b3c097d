{% macro shop_setting(name) -%}
    {%- set settings = var("shops").get(env_var("ONEMART_SHOP", "complete_journey"), {}) -%}
    {{- return(settings.get(name, var("default_" ~ name))) -}}
{%- endmacro %}
