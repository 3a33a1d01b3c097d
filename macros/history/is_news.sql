{#- Whether a version says anything of a thing that the version before it did not say. -#}
{% macro is_news(attributes, key, changed_at) -%}
    {%- set of_key = "over (partition by " ~ key ~ " order by " ~ changed_at ~ ")" -%}
    {%- set news = ["lag(" ~ changed_at ~ ") " ~ of_key ~ " is null"] -%}
    {%- for attribute in attributes -%}
        {%- do news.append(attribute ~ " is distinct from lag(" ~ attribute ~ ") " ~ of_key) -%}
    {%- endfor -%}
    ({{ news | join(" or ") }})
{%- endmacro %}
