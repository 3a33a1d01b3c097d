{#-
    All days from the earliest one that a new publication of the feeds touched to the last one that
    anything ever touched, as texts: for models in which a day hangs on all days before it.
-#}
{% macro days_since(feeds) -%}
    {%- set log = ref("stg_ops__touched_days") -%}
    {%- set days = days_touched(log, "touched_utc_date", feeds) -%}
    {%- if days -%}
        {%- set last = run_query("select max(touched_utc_date) from " ~ log)[0][0] -%}
        {%- set first = modules.datetime.date.fromisoformat(days[0]) -%}
        {%- for offset in range((last - first).days + 2) -%}
            {%- set day = first + modules.datetime.timedelta(offset) -%}
            {%- do days.append(day | string) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(days) -}}
{%- endmacro %}
