{#-
    The columns that say when a version holds: valid_from_at and valid_to_at, null for the current
    one, for people; applies_from_at and applies_to_at for joins, where the first version also
    applies to what came before it.
-#}
{% macro version_span(key, changed_at) -%}
    {%- set of_key -%}
        over (partition by {{ key }} order by {{ changed_at }})
    {%- endset -%}
    {{ changed_at }} as valid_from_at,
        lead({{ changed_at }}) {{ of_key }} as valid_to_at,
        lead({{ changed_at }}) {{ of_key }} is null as is_current,
        case
            when lag({{ changed_at }}) {{ of_key }} is null then timestamp '1900-01-01'
            else {{ changed_at }}
        end as applies_from_at,
        coalesce(lead({{ changed_at }}) {{ of_key }}, timestamp '2900-01-01') as applies_to_at
{%- endmacro %}
