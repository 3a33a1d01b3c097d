-- Without a touch on the way an order is its own.
with

conversions as (

    select * from {{ ref('int_conversions_valued') }}

),

touches as (

    select * from {{ ref('int_journeys_cut') }}
    where order_id is not null

),

int_path_touches_found as (

    select
        conversions.order_id,
        conversions.customer_id,
        conversions.is_first_order,
        conversions.order_date,
        conversions.net_sales_amount,
        conversions.gross_margin_amount,
        conversions.currency_code,
        coalesce(touches.touch_id, 'none') as touch_id,
        coalesce(touches.channel_group, 'no_touch') as channel_group,
        coalesce(touches.campaign_id, 'unknown') as campaign_id,
        coalesce(touches.is_direct, true) as is_direct,
        touches.touched_at,
        coalesce(touches.touch_position, 1) as touch_position,
        coalesce(touches.touch_count, 1) as touch_count,
        coalesce(
            {{ dbt.datediff('touches.touched_at', 'conversions.ordered_at', 'second') }}, 0
        ) as seconds_to_order
    from conversions
    left join touches
        on conversions.order_id = touches.order_id

)

select * from int_path_touches_found
