{#- The score of a value: of those whose range begins at or below it the last one, `scores` being in
    the order of their ranges, the highest range first. -#}
{% macro rfm_score(measure, value, scores) -%}
    {%- set cases = [] -%}
    {%- for score in scores -%}
        {%- set from = "cut_points." ~ measure ~ "_" ~ score ~ "_from" -%}
        {%- do cases.append("when " ~ value ~ " >= " ~ from ~ " then " ~ score) -%}
    {%- endfor -%}
    case {{ cases | join(" ") }} else cut_points.{{ measure }}_lowest_score end
{%- endmacro %}
