{#- A reader of sources saw what the ledger held when the run began, if not more. A model that reads
other recorded models has seen no more than the one that lags most. -#}
{% macro record_model_build() -%}
    {%- if execute and not flags.EMPTY and model.config.materialized != "view" -%}
        {%- set seen_names = [run_name()] -%}
        {%- for node_id in model.depends_on.nodes if node_id.startswith("model.") -%}
            {%- do seen_names.append(node_id.split(".")[2]) -%}
        {%- endfor -%}
        insert into {{ ops_relation("model_builds") }} (model_name, published_seq, built_at)
        with

        builds as (

            select
                published_seq,
                row_number() over (
                    partition by model_name
                    order by built_at desc, published_seq asc
                ) as recency
            from {{ ops_relation("model_builds") }}
            where model_name in ('{{ seen_names | join("', '") }}')

        )

        select
            '{{ model.name }}' as model_name,
            min(published_seq) as published_seq,
            {{ utc_now() }} as built_at
        from builds
        where recency = 1
    {%- endif -%}
{%- endmacro %}
