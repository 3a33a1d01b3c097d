{#- The name of a numbered period, such as 2017-W05. -#}
{% macro numbered_name(year, letter, number, digits=2) -%}
    {%- set text = dbt.type_string() -%}
    {%- set year_text = "cast(" ~ year ~ " as " ~ text ~ ")" -%}
    {%- set number_text = "lpad(cast(" ~ number ~ " as " ~ text ~ "), " ~ digits ~ ", '0')" -%}
    {{- return("concat(" ~ [year_text, "'-" ~ letter ~ "'", number_text] | join(", ") ~ ")") -}}
{%- endmacro %}
