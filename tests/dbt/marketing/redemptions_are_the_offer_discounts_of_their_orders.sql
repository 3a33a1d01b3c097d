-- What the marketing system says an offer took off is what the lines of the order say; free
-- shipping is on no line.
with

redemptions as (

    select
        redemptions.order_id,
        sum(redemptions.order_currency_discount_amount) as discount_amount
    from {{ ref('fct_offer_redemptions') }} as redemptions
    inner join {{ ref('dim_offers') }} as offers
        on redemptions.offer_id = offers.offer_id
    where redemptions.order_id is not null and offers.offer_kind <> 'free_shipping'
    group by redemptions.order_id

),

discounts_of_orders as (

    select
        order_id,
        sum(offer_discount_amount) as discount_amount
    from {{ ref('stg_commerce__order_lines') }}
    where offer_id is not null and not is_deleted
    group by order_id

)

select
    redemptions.order_id,
    redemptions.discount_amount as redeemed_amount,
    discounts_of_orders.discount_amount as order_amount
from redemptions
left join discounts_of_orders
    on redemptions.order_id = discounts_of_orders.order_id
where redemptions.discount_amount <> coalesce(discounts_of_orders.discount_amount, 0)
