{#- An amount in the shop's currency, rounded; null where it is foreign and has no rate. -#}
{% macro in_reporting_currency(amount, currency, rate, digits=2) -%}
    {%- set is_own = currency ~ " = '" ~ currency_code() ~ "'" -%}
    cast(
        round({{ amount }} * case when {{ is_own }} then 1 else {{ rate }} end, {{ digits }})
        as {{ dbt.type_numeric() }}
    )
{%- endmacro %}
