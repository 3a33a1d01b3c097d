{% macro generate_surrogate_key(field_list) %}
    {{- return(adapter.dispatch("generate_surrogate_key", "dbt_utils")(field_list)) -}}
{% endmacro %}


{% macro default__generate_surrogate_key(field_list) %}
    {%- set parts = [] -%}
    {%- for field in field_list -%}
        {%- if not loop.first -%}
            {%- do parts.append("'-'") -%}
        {%- endif -%}
        {#- The stand-in of the hub's version, so that keys outlive a change to it. -#}
        {%- do parts.append(
            "coalesce(cast(" ~ field ~ " as " ~ dbt.type_string()
            ~ "), '_dbt_utils_surrogate_key_null_')"
        ) -%}
    {%- endfor -%}
    {{- dbt.hash(dbt.concat(parts)) -}}
{% endmacro %}
