{#- Joins of the look-ups of some features to rows named scored, one each. -#}
{% macro churn_lookups(features) -%}
    {%- for feature in features -%}
    inner join lookups as {{ feature }}
        on {{ feature }}.feature_name = '{{ feature }}'
        and scored.{{ feature }} = {{ feature }}.feature_value
        and scored.purpose = {{ feature }}.purpose
    {% endfor -%}
{%- endmacro %}
