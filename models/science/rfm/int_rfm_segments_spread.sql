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

int_rfm_segments_spread as (

    select
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score,
        segments.segment_name
    from segments
    inner join scores as recency
        on recency.score between segments.recency_score_from and segments.recency_score_to
    inner join scores as frequency
        on frequency.score between segments.frequency_score_from and segments.frequency_score_to
    inner join scores as monetary
        on monetary.score between segments.monetary_score_from and segments.monetary_score_to

)

select * from int_rfm_segments_spread
