{#- Run at the end: whoever the seed access_groups names gets what it says. A file has no roles. -#}
{% macro grant_access() -%}
    {{- return(adapter.dispatch("grant_access", "onemart")()) -}}
{%- endmacro %}


{% macro default__grant_access() -%}
{%- endmacro %}


{% macro bigquery__grant_access() -%}
    {%- set is_wanted = execute and flags.WHICH in ["build", "run", "seed"] -%}
    {%- if is_wanted and env_var("ONEMART_ACCESS_DOMAIN", "") and not lacks("grants") -%}
        {%- set access_groups = adapter.get_relation(
            target.database, generate_schema_name("reference", none), "access_groups"
        ) -%}
        {%- if access_groups -%}
            {%- set rows = run_query("select * from " ~ access_groups).rows -%}
            {%- do run_query(access_statements(rows)) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
