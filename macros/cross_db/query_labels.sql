{#- As JSON, which dbt turns into job labels on BigQuery. -#}
{% macro query_labels(node) -%}
    {%- set labels = {
        "app": "dbt",
        "onemart_shop": env_var("ONEMART_SHOP", "complete_journey"),
        "onemart_step": "dbt",
        "onemart_model": node.name if node else "",
        "node_id": node.unique_id if node else "",
        "target_name": target.name,
    } -%}
    {{- return(tojson(labels)) -}}
{%- endmacro %}
