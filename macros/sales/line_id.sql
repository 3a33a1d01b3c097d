{#- Id of an order line, from the id of the order and the number of the line. -#}
{% macro line_id(order_id, line_number) -%}
    {{ dbt.concat([order_id, "'-'", "cast(" ~ line_number ~ " as " ~ dbt.type_string() ~ ")"]) }}
{%- endmacro %}
