{#- For compare_periods: the day that figures run to, the shop's business date unless named. -#}
{% macro as_of_day(as_of) -%}
    {%- set named_day = "cast('" ~ as_of ~ "' as date)" -%}
    select coalesce({{ named_day if as_of else "null" }}, max(date_day)) as as_of_date
    from {{ ref('dim_dates') }}
    where is_closed
{%- endmacro %}
