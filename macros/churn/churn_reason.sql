{#- The strongest reason of a horizon, or the strongest that is weaker than `below`; 0 for none. A
    reason whose size rounds to nothing is none. -#}
{% macro churn_reason(horizon, below=none) -%}
    {%- set keys = [] -%}
    {%- for feature in churn_features() -%}
        {%- set key = feature ~ "_reason_key_" ~ horizon -%}
        {%- if below -%}
            {%- set key = "case when " ~ key ~ " < " ~ below ~ " then " ~ key ~ " else 0 end" -%}
        {%- endif -%}
        {%- do keys.append(key) -%}
    {%- endfor -%}
    greatest({{ keys | join(", ") }})
{%- endmacro %}
