{#- An amount in the shop's currency, to the cent; null where it is foreign and has no rate. -#}
{% macro in_reporting_currency(amount, currency, rate) -%}
    {%- set is_own = currency ~ " = '" ~ currency_code() ~ "'" -%}
    cast(
        round({{ amount }} * case when {{ is_own }} then 1 else {{ rate }} end, 2)
        as {{ dbt.type_numeric() }}
    )
{%- endmacro %}
