{#- Joins of the look-ups of some features to rows named scored, one each. They are left joins, for
    those are done in their order: inner ones can be turned into products of the small look-ups. -#}
{% macro churn_lookups(features) -%}
    {%- for feature in features -%}
    left join lookups as {{ feature }}
        on {{ feature }}.feature_name = '{{ feature }}'
        and scored.{{ feature }} = {{ feature }}.feature_value
        and scored.purpose = {{ feature }}.purpose
    {% endfor -%}
{%- endmacro %}
