{#- The bin that the natural logarithm of an amount above 0 stands in, of `bins_per_unit` to one
    unit of it; beyond `lowest` and `highest`, the outermost. -#}
{% macro lifetime_log_bin(amount, bins_per_unit, lowest, highest) -%}
    cast(
        least(
            greatest(floor(ln({{ amount }}) * {{ bins_per_unit }}), {{ lowest }}),
            {{ highest }}
        ) as {{ dbt.type_bigint() }}
    )
{%- endmacro %}
