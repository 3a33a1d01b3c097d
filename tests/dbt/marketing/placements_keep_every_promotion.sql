-- Joining products and weeks neither drops nor multiplies a promotion.
with

promotions as (

    select count(*) as row_count from {{ ref('stg_complete_journey__promotions') }}

),

placements as (

    select count(*) as row_count from {{ ref('fct_promotion_placements') }}

)

select
    promotions.row_count as promotion_count,
    placements.row_count as placement_count
from promotions
cross join placements
where promotions.row_count <> placements.row_count
