{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {{- return(
        adapter.dispatch("test_accepted_range", "dbt_utils")(
            model, column_name, min_value, max_value, inclusive
        )
    ) -}}
{% endtest %}


{% macro default__test_accepted_range(
    model, column_name, min_value=none, max_value=none, inclusive=true
) %}
    {%- set outside = ["1 = 2"] -%}
    {%- set or_equal = "" if inclusive else "=" -%}
    {%- if min_value is not none -%}
        {%- do outside.append(column_name ~ " <" ~ or_equal ~ " " ~ min_value) -%}
    {%- endif -%}
    {%- if max_value is not none -%}
        {%- do outside.append(column_name ~ " >" ~ or_equal ~ " " ~ max_value) -%}
    {%- endif %}

select *
from {{ model }}
where {{ outside | join(" or ") }}

{% endmacro %}
