{#- GRANT and REVOKE for rows of the seed access_groups; a place that is no model is a schema. -#}
{% macro access_statements(rows) -%}
    {%- set models = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" -%}
        {%- do models.update({node.name: node}) -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for row in rows -%}
        {%- set model = models.get(row["granted_on"]) -%}
        {%- if model -%}
            {%- set kind = "view" if model.config.materialized == "view" else "table" -%}
            {%- set place = [model.database, model.schema, model.alias] -%}
        {%- else -%}
            {%- set kind = "schema" -%}
            {%- set place = [target.database, generate_schema_name(row["granted_on"], none)] -%}
        {%- endif -%}
        {%- set domain = env_var("ONEMART_ACCESS_DOMAIN", "") -%}
        {%- if row["principal_kind"] == "serviceAccount" -%}
            {%- set domain = target.project ~ ".iam.gserviceaccount.com" -%}
        {%- endif -%}
        {%- set who = row["principal_kind"] ~ ":" ~ row["principal_name"] ~ "@" ~ domain -%}
        {%- set verb, direction = ("grant", "to") if row["is_granted"] else ("revoke", "from") -%}
        {%- set what = "`roles/" ~ row["role_name"] ~ "` on " ~ kind -%}
        {%- set where = "`" ~ place | join("`.`") ~ "`" -%}
        {%- do statements.append([verb, what, where, direction, '"' ~ who ~ '"'] | join(" ")) -%}
    {%- endfor -%}
    {{- return(statements | join(";\n")) -}}
{%- endmacro %}
