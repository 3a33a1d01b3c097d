{#- The log keeps every build. Of two rows of one time the lower counts: too low only costs work -#}
{% macro last_seen_publication(model_name) -%}
    coalesce((
        select published_seq
        from {{ ops_relation("model_builds") }}
        where model_name = '{{ model_name }}'
        order by built_at desc, published_seq asc
        limit 1
    ), -1)
{%- endmacro %}
