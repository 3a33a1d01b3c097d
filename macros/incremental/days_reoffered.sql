{#-
    The days, as texts, on which something sold with an offer that has been described, or described
    anew, since the last build of the model. Nobody redeems an offer before it starts.
-#}
{% macro days_reoffered() -%}
    {%- set order_lines = ref("fct_order_lines") -%}
    {%- set offers = ref("stg_marketing__offer_versions") -%}
    {%- set described -%}
        select offers.offer_id
        from {{ offers }} as offers
        inner join {{ ref("stg_ops__deliveries") }} as deliveries
            on offers.delivery_id = deliveries.delivery_id
        where deliveries.published_seq > {{ watermark() }}
    {%- endset -%}
    {%- set start -%}
        select {{ add_days("min(start_date)", -1) }}
        from {{ offers }}
        where offer_id in ({{ described }})
    {%- endset -%}
    {%- set days = [] -%}
    {%- for first_date in texts_of(start) -%}
        {%- set query -%}
            select distinct order_date
            from {{ order_lines }}
            where order_date >= date '{{ first_date }}' and offer_id in ({{ described }})
            order by order_date
        {%- endset -%}
        {%- do days.extend(texts_of(query)) -%}
    {%- endfor -%}
    {{- return(days) -}}
{%- endmacro %}
