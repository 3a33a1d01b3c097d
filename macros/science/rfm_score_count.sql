{#- How many scores the fit of RFM gives at most, as its yml says. -#}
{% macro rfm_score_count() -%}
    {%- set counts = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.name == "rfm_cut_points" -%}
            {%- do counts.append(node.config.meta.score_count) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(counts[0] if counts else 1) -}}
{%- endmacro %}
