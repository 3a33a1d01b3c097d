{#- Descriptions, and with them the policy tags of personal columns. -#}
{% macro bigquery__persist_docs(relation, model, for_relation=true, for_columns=true) -%}
    {%- if not lacks("persist_docs") -%}
        {%- set columns = dict(model.columns, **policy_tagged(model.columns)) -%}
        {%- set tagged_model = dict(model, columns=columns) -%}
        {%- do dbt.bigquery__persist_docs(relation, tagged_model, for_relation, for_columns) -%}
    {%- endif -%}
{%- endmacro %}
