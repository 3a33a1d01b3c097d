{% macro watermark() -%}
    {{- last_seen_publication(this.identifier) if is_incremental() else -1 -}}
{%- endmacro %}
