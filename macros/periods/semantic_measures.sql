{#-
    SQL of the measures of a semantic model by name, as models/semantic defines them, so that nobody
    writes a definition twice. While dbt parses there is no graph yet, and a name stands for itself.
-#}
{% macro semantic_measures(semantic_model, names) -%}
    {%- set id = "semantic_model." ~ project_name ~ "." ~ semantic_model -%}
    {%- set defined = {} -%}
    {%- for measure in (graph.semantic_models[id].measures if execute else []) -%}
        {%- do defined.update({measure.name: measure.expr or measure.name}) -%}
    {%- endfor -%}
    {%- set measures = {} -%}
    {%- for name in names -%}
        {%- if execute and name not in defined -%}
            {%- do exceptions.raise_compiler_error(
                name ~ " is no measure of " ~ id ~ ", which has " ~ defined | join(", ") ~ "."
            ) -%}
        {%- endif -%}
        {%- do measures.update({name: defined.get(name, name)}) -%}
    {%- endfor -%}
    {{- return(measures) -}}
{%- endmacro %}
