{#- Select list of what order lines add up to, for a fact that is grouped by other columns. -#}
{% macro sales_added_up() -%}
    {%- set returned = "sum(case when line_type = 'return' then -{} else 0 end)" -%}
    {%- set sums = [
        ["order_line_count", "count(*)", dbt.type_bigint()],
        ["unit_count", "sum(unit_count)", dbt.type_bigint()],
        ["returned_unit_count", returned.format("unit_count"), dbt.type_bigint()],
        ["returned_net_sales_amount", returned.format("net_sales_amount"), dbt.type_numeric()],
    ] -%}
    {%- for amount in sales_amounts() -%}
        {%- do sums.append([amount, "sum(" ~ amount ~ ")", dbt.type_numeric()]) -%}
    {%- endfor -%}
    {%- set columns = [] -%}
    {%- for name, sum, type in sums -%}
        {%- do columns.append("cast(" ~ sum ~ " as " ~ type ~ ") as " ~ name) -%}
    {%- endfor -%}
    {{ columns | join(",\n        ") }},
        min(currency_code) as currency_code
{%- endmacro %}
