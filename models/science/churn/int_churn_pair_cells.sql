with

pairs as (

    select * from {{ ref('int_churn_scorecards') }}
    where kind = 'pair'

),

bins as (

    select * from {{ ref('int_churn_pair_bins') }}

),

int_churn_pair_cells as (

    select
        pairs.purpose,
        pairs.horizon_week_count,
        bins.place,
        bins.cell + other_bins.cell as cell,
        pairs.contribution
    from pairs
    inner join bins
        on pairs.purpose = bins.purpose
        and pairs.horizon_week_count = bins.horizon_week_count
        and pairs.feature_name = bins.feature_name
        and pairs.from_value = bins.from_value
    inner join bins as other_bins
        on bins.purpose = other_bins.purpose
        and bins.horizon_week_count = other_bins.horizon_week_count
        and bins.place = other_bins.place
        and pairs.other_feature_name = other_bins.feature_name
        and pairs.other_from_value = other_bins.from_value

)

select * from int_churn_pair_cells
