{#- Source, feed, owner and hours after which a delivery is late, of each contract: dbt's sources
carry them, for `onemart sources` writes them there. -#}
{% macro feed_schedules() -%}
    {%- set hours = {"minute": 1 / 60, "hour": 1, "day": 24} -%}
    {%- set schedules = [] -%}
    {%- for source in (graph.sources.values() if execute else []) if source.config.meta.contract -%}
        {%- set late = (source.freshness or {}).get("error_after") or {} -%}
        {%- if late.get("count") -%}
            {%- do schedules.append((
                source.source_name,
                source.name,
                source.config.meta.owner,
                late.count * hours[late.period],
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(schedules | sort) -}}
{%- endmacro %}
