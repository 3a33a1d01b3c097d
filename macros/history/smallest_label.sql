{#-
    CTEs `<name>_0` to `<name>_<rounds>` of (member_id, label): in each round all members that share
    a link take the smallest label among them. `links` names a CTE of (member_id, link_key). A chain
    of n members is one after n - 1 rounds, so whoever uses it tests that nothing is left to do.
-#}
{% macro smallest_label(name, links, rounds) -%}
    {{ name }}_0 as (

        select distinct
            member_id,
            member_id as label
        from {{ links }}

    ),

    {% for round in range(1, rounds + 1) %}

        {{ name }}_{{ round }}_by_link as (

        select
            {{ links }}.link_key,
            min(labels.label) as label
        from {{ links }}
        inner join {{ name }}_{{ round - 1 }} as labels
            on {{ links }}.member_id = labels.member_id
        group by {{ links }}.link_key

    ),

    {{ name }}_{{ round }} as (

        select
            {{ links }}.member_id,
            min(labels.label) as label
        from {{ links }}
        inner join {{ name }}_{{ round }}_by_link as labels
            on {{ links }}.link_key = labels.link_key
        group by {{ links }}.member_id

    ){{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
