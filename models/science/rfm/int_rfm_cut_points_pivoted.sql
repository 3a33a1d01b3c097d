-- One row a date meets all customers by an equal date, where a join by ranges would compare each
-- customer with each range.
{%- set scores = range(1, rfm_score_count() + 1) %}

with

cut_points as (

    select
        cast(as_of_date as date) as as_of_date,
        measure,
        score,
        cast(value_from as {{ dbt.type_numeric() }}) as value_from
    from {{ ref('rfm_cut_points') }}

),

int_rfm_cut_points_pivoted as (

    select
        {%- for measure in ["recency", "frequency", "monetary"] %}
        {%- for score in scores %}
        max(case when measure = '{{ measure }}' and score = {{ score }} then value_from end)
            as {{ measure }}_{{ score }}_from,
        {%- endfor %}
        max(case when measure = '{{ measure }}' and value_from is null then score end)
            as {{ measure }}_lowest_score,
        {%- endfor %}
        as_of_date
    from cut_points
    group by as_of_date

)

select * from int_rfm_cut_points_pivoted
