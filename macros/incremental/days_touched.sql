{#-
    The days, as texts in their order, that the model has to look at again; none at all on a full
    refresh. Asked when the model runs, because BigQuery skips partitions only by constants.
-#}
{% macro days_touched(log=none, day="touched_day", feeds=none) -%}
    {%- set log = ref("int_days_touched") if log is none else log -%}
    {%- set of_feeds = "feed_name in ('" ~ feeds | join("', '") ~ "')" if feeds else "true" -%}
    {%- set query -%}
        select distinct {{ day }}
        from {{ log }}
        where
            published_seq > {{ watermark() }}
            and {{ of_feeds }}
        order by {{ day }}
    {%- endset -%}
    {{- return(texts_of(query)) -}}
{%- endmacro %}
