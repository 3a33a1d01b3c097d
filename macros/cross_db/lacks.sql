{#- Whether we build on the emulator of BigQuery and it cannot do this; the list is in
dbt_project.yml, and what is not on it is no name. -#}
{% macro lacks(capability) -%}
    {%- if capability not in var("emulator_lacks") -%}
        {%- do exceptions.raise_compiler_error(
            capability ~ " is not among emulator_lacks in dbt_project.yml."
        ) -%}
    {%- endif -%}
    {{- return(target.name == "emulator") -}}
{%- endmacro %}
