{#- The mean spend to expect of a purchase by Gamma-Gamma. Spend below 0 counts as none: the
    customer's own purchases then pull towards 0. -#}
{% macro lifetime_spend(customers, parameters) -%}
    {{ parameters }}.p * (
        {{ parameters }}.gamma
        + greatest(cast({{ customers }}.net_sales_amount as {{ dbt.type_float() }}), 0)
    ) / (
        {{ parameters }}.p * ({{ customers }}.frequency_count + 1) + {{ parameters }}.q - 1
    )
{%- endmacro %}
