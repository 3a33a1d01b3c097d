-- To the last cent, in every slice of every week, against both weeks.
with

drivers as (

    select
        week_start_date,
        compared_with,
        dimension_name,
        member_name,
        min(net_sales_amount - base_net_sales_amount) as change_amount,
        count(*) as effect_count,
        sum(effect_amount) as explained_amount
    from {{ ref('rpt_sales_drivers') }}
    group by week_start_date, compared_with, dimension_name, member_name

),

effects_of_a_slice_add_up_to_its_change as (

    select * from drivers
    where explained_amount != change_amount or effect_count != {{ sales_effects() | length }}

)

select * from effects_of_a_slice_add_up_to_its_change
