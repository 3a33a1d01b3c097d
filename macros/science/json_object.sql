{#- SQL of a JSON object of whole numbers, from names and SQL. -#}
{% macro json_object(numbers) -%}
    {%- set parts = [] -%}
    {%- for name, number in numbers.items() -%}
        {%- do parts.extend([json_entry("'" ~ name ~ "'", number), "', '"]) -%}
    {%- endfor -%}
    {{- dbt.concat(["'{'"] + parts[:-1] + ["'}'"]) -}}
{%- endmacro %}
