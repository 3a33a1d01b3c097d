{#- Columns that the contract or the model classes as PII, with the policy tag that protects them:
ONEMART_BIGQUERY_POLICY_TAG, its full name with project, location and taxonomy. -#}
{% macro policy_tagged(columns) -%}
    {%- set policy_tag = env_var("ONEMART_BIGQUERY_POLICY_TAG", "") -%}
    {%- set tagged = {} -%}
    {%- for name, column in columns.items() if policy_tag -%}
        {%- if column.meta.get("classification") == "pii" -%}
            {%- do tagged.update({name: dict(column, policy_tags=[policy_tag])}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(tagged) -}}
{%- endmacro %}
