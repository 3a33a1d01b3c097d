{% macro bigquery__persist_docs(relation, model, for_relation=true, for_columns=true) -%}
    {%- if not lacks("persist_docs") -%}
        {%- do dbt.bigquery__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- endif -%}
{%- endmacro %}
