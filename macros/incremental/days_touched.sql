{#-
    The days, as texts in their order, that the model has to look at again; none at all on a full
    refresh. Asked when the model runs, because BigQuery skips partitions only by constants.
-#}
{% macro days_touched(log=none, day="touched_day", feeds=none) -%}
    {%- set log = ref("int_days_touched") if log is none else log -%}
    {%- set of_feeds = "feed_name in ('" ~ feeds | join("', '") ~ "')" if feeds else "true" -%}
    {%- set days = [] -%}
    {%- if execute and is_incremental() -%}
        {%- set query -%}
            select distinct {{ day }}
            from {{ log }}
            where
                published_seq > {{ watermark() }}
                and {{ of_feeds }}
            order by {{ day }}
        {%- endset -%}
        {%- for row in run_query(query) -%}
            {%- do days.append(row[0] | string) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(days) -}}
{%- endmacro %}
