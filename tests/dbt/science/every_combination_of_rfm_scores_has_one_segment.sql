-- For as many scores as the fit gives; fewer, where values are tied, are among them.

with

scores as (

    {% for score in range(1, rfm_score_count() + 1) -%}
    select {{ score }} as score
    {{ "union all" if not loop.last }}
    {% endfor %}

),

segments as (

    select * from {{ ref('int_rfm_segments_spread') }}

),

every_combination_of_rfm_scores_has_one_segment as (

    select
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score,
        count(segments.segment_name) as segment_count
    from scores as recency
    cross join scores as frequency
    cross join scores as monetary
    left join segments
        on recency.score = segments.recency_score
        and frequency.score = segments.frequency_score
        and monetary.score = segments.monetary_score
    group by recency.score, frequency.score, monetary.score
    having count(segments.segment_name) != 1

)

select * from every_combination_of_rfm_scores_has_one_segment
