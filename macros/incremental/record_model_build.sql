{#- Nothing is published while dbt holds the warehouse, so the ledger's end is what a reader of
sources saw. A model that reads other recorded models has seen no more than the one that lags most. -#}
{% macro record_model_build() -%}
    {%- if execute and not flags.EMPTY and model.config.materialized != "view" -%}
        {%- set upstream_names = [] -%}
        {%- for node_id in model.depends_on.nodes if node_id.startswith("model.") -%}
            {%- do upstream_names.append(node_id.split(".")[2]) -%}
        {%- endfor -%}
        insert into {{ ops_relation("model_builds") }} (model_name, published_seq, built_at)
        with

        ledger as (

            select coalesce(max(published_seq), 0) as published_seq
            from {{ ops_relation("deliveries") }}

        ),

        upstream_builds as (

            select
                published_seq,
                row_number() over (
                    partition by model_name
                    order by built_at desc, published_seq asc
                ) as recency
            from {{ ops_relation("model_builds") }}
            where model_name in ('{{ (upstream_names or ["none"]) | join("', '") }}')

        ),

        seen as (

            select published_seq from ledger
            union all
            select published_seq from upstream_builds
            where recency = 1

        )

        select
            '{{ model.name }}' as model_name,
            min(published_seq) as published_seq,
            {{ utc_now() }} as built_at
        from seen
    {%- endif -%}
{%- endmacro %}
