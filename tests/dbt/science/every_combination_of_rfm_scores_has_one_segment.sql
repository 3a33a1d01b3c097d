-- For as many scores as the fit gives; fewer, where values are tied, are among them.

with

segments as (

    select * from {{ ref('rfm_segments') }}

),

scores as (

    {% for score in range(1, rfm_score_count() + 1) -%}
    select {{ score }} as score
    {{ "union all" if not loop.last }}
    {% endfor %}

),

combinations as (

    select
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score
    from scores as recency
    cross join scores as frequency
    cross join scores as monetary

),

segments_counted as (

    select
        combinations.recency_score,
        combinations.frequency_score,
        combinations.monetary_score,
        sum(
            case
                when
                    combinations.recency_score
                    between segments.recency_score_from and segments.recency_score_to
                    and combinations.frequency_score
                    between segments.frequency_score_from and segments.frequency_score_to
                    and combinations.monetary_score
                    between segments.monetary_score_from and segments.monetary_score_to
                    then 1
                else 0
            end
        ) as segment_count
    from combinations
    cross join segments
    group by
        combinations.recency_score, combinations.frequency_score, combinations.monetary_score

),

every_combination_of_rfm_scores_has_one_segment as (

    select * from segments_counted
    where segment_count <> 1

)

select * from every_combination_of_rfm_scores_has_one_segment
