{#- A Python model that runs in the process that runs dbt is its own code and no more. One that runs
elsewhere returns the frame that dbt's code writes there. -#}
{% macro bigquery__create_table_as(temporary, relation, compiled_code, language="sql") -%}
    {%- if language != "python" -%}
        {{- dbt.bigquery__create_table_as(temporary, relation, compiled_code, language) -}}
    {%- elif config.get("submission_method") == "in_process" %}
{{ compiled_code }}
    {%- else -%}
        {%- set native_code %}
{{ compiled_code }}

from onemart.frames import returns_native

model = returns_native(model)
        {%- endset -%}
        {{- dbt.bigquery__create_table_as(temporary, relation, native_code, language) -}}
    {%- endif -%}
{%- endmacro %}
