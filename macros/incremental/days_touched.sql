{% macro days_touched() -%}
    select distinct touched_day
    from {{ ref("int_days_touched") }}
    where published_seq > {{ watermark() }}
{%- endmacro %}
