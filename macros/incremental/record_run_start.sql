{#- How far the ledger had come when this run began, under the run's own name: what is published
while dbt builds was seen by some models only, and counts as seen by none. -#}
{% macro record_run_start() -%}
    {%- if execute -%}
        insert into {{ ops_relation("model_builds") }} (model_name, published_seq, built_at)
        select
            '{{ run_name() }}' as model_name,
            coalesce(max(published_seq), 0) as published_seq,
            {{ utc_now() }} as built_at
        from {{ ops_relation("deliveries") }}
    {%- endif -%}
{%- endmacro %}
