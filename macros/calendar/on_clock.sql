{#- The wall clock at a UTC timestamp, by the row of int_clocks_offset of its zone and UTC date. -#}
{% macro on_clock(expression, clocks) -%}
    {%- set minutes -%}
        case
            when {{ expression }} >= {{ clocks }}.changes_at
                then {{ clocks }}.later_offset_minute_count
            else {{ clocks }}.offset_minute_count
        end
    {%- endset -%}
    {{ dbt.dateadd("minute", minutes, expression) }}
{%- endmacro %}
