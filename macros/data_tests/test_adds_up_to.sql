-- Two tables agree in every measure for each value of a column, and neither has a value that the
-- other lacks. `rows_as` names the measure of the other table that counts the rows of this one.
{% macro test_adds_up_to(model, to, by, measures, rows_as=none) %}
    {%- set sums = [] -%}
    {%- set differences = ["these.place is null", "those.place is null"] -%}
    {%- if rows_as -%}
        {%- do differences.append("these.row_count != those." ~ rows_as) -%}
    {%- endif -%}
    {%- for measure in measures -%}
        {%- do sums.append("sum(" ~ measure ~ ") as " ~ measure) -%}
        {%- do differences.append("these." ~ measure ~ " != those." ~ measure) -%}
    {%- endfor -%}
    {%- set these = sums + ["count(*) as row_count"] -%}
    {%- set those = sums + (["sum(" ~ rows_as ~ ") as " ~ rows_as] if rows_as else []) -%}

    with

    these as (

        select {{ by }} as place, {{ these | join(", ") }} from {{ model }} group by {{ by }}

    ),

    those as (

        select {{ by }} as place, {{ those | join(", ") }} from {{ to }} group by {{ by }}

    )

    select
        these.place as place_of_these,
        those.place as place_of_those
    from these
    full outer join those
        on these.place = those.place
    where {{ differences | join(" or ") }}
{% endmacro %}
