{#- A shop of the simulator's clean modes, like demo_bgnbd, is set as demo. -#}
{% macro shop_setting(name) -%}
    {%- set shop = env_var("ONEMART_SHOP", "complete_journey") -%}
    {%- set shops = var("shops") -%}
    {%- set settings = shops.get(shop, shops.get(shop.split("_")[0], {})) -%}
    {{- return(settings.get(name, var("default_" ~ name))) -}}
{%- endmacro %}
