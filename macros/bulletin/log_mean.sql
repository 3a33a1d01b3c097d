{#-
    The logarithmic mean of two positive numbers, by which a change is shared out over the logarithms
    of its factors: log_mean(a, b) * ln(a / b) is a - b.
-#}
{% macro log_mean(this, that) -%}
    case
        when {{ this }} = {{ that }} then {{ this }}
        else ({{ this }} - {{ that }}) / ln({{ this }} / {{ that }})
    end
{%- endmacro %}
