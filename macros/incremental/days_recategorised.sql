{#-
    The days, as texts, on which products sold that have moved to another category since the last
    build of the model. Moves are rare: while there is none, no fact is read.
-#}
{% macro days_recategorised() -%}
    {%- set sales = ref("fct_sales_daily") -%}
    {%- set moved -%}
        select product_id
        from {{ ref("int_products_categorised") }}
        where move_number > 0 and published_seq > {{ watermark() }}
    {%- endset -%}
    {%- set query -%}
        select distinct order_date
        from {{ sales }}
        where product_id in ({{ moved }})
        order by order_date
    {%- endset -%}
    {{- return(texts_of(query) if texts_of(moved ~ " limit 1") else []) -}}
{%- endmacro %}
