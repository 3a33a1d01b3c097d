-- 20.9 million rows on Complete Journey, so the row is its own key: ids are the shop's, as text like in every
-- dimension (a join then needs no cast), and the names of the codes stay in their seeds.
with

promotions as (

    select * from {{ ref('stg_complete_journey__promotions') }}

),

shop_weeks as (

    select * from {{ ref('int_shop_weeks_dated') }}
    where source_name = 'complete_journey'

),

fct_promotion_placements as (

    select
        promotions.product_id,
        promotions.store_id,
        cast(promotions.week_number as {{ dbt.type_int() }}) as week_number,
        shop_weeks.week_start_date,
        shop_weeks.week_end_date,
        promotions.display_location as display_location_code,
        promotions.mailer_location as mailer_location_code
    from promotions
    left join shop_weeks
        on promotions.week_number = shop_weeks.week_number

)

select * from fct_promotion_placements
