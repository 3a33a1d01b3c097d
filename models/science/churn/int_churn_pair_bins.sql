-- A pair has its place, and each of its features numbers its ranges. The number of the other
-- feature is told in thousands, and all of the next pair in millions of that: one sum over the
-- features names the cells of all pairs.
with

pairs as (

    select * from {{ ref('int_churn_scorecards') }}
    where kind = 'pair'

),

pairs_placed as (

    select
        *,
        dense_rank() over (
            partition by purpose, horizon_week_count order by feature_name, other_feature_name
        ) as place
    from pairs

),

bins as (

    select distinct
        purpose,
        horizon_week_count,
        place,
        1 as step,
        feature_name,
        from_value,
        to_value
    from pairs_placed
    union all
    select distinct
        purpose,
        horizon_week_count,
        place,
        1000 as step,
        other_feature_name as feature_name,
        other_from_value as from_value,
        other_to_value as to_value
    from pairs_placed

),

int_churn_pair_bins as (

    select
        *,
        case place when 1 then 1 when 2 then 1000000 else 1000000000000 end
        * step
        * row_number() over (
            partition by purpose, horizon_week_count, place, step order by from_value
        ) as cell
    from bins

)

select * from int_churn_pair_bins
