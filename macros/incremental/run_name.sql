{% macro run_name() -%}
    {{- return("run " ~ invocation_id) -}}
{%- endmacro %}
