-- A gift card is owed to whoever holds it, not earned, until it pays: then it pays like money, and
-- no more than it was sold for.
with

cards_sold as (

    select
        gift_card_id,
        currency_code,
        sum(net_amount) as sold_amount
    from {{ ref('stg_commerce__order_lines') }}
    where
        gift_card_id is not null
        and status = 'completed'
        and not is_deleted
    group by gift_card_id, currency_code

),

cards_spent as (

    select
        gift_card_id,
        order_currency_code,
        sum(order_captured_amount) as spent_amount
    from {{ ref('fct_payments') }}
    where gift_card_id is not null
    group by gift_card_id, order_currency_code

),

gift_cards_pay_no_more_than_they_are_worth as (

    select cards_spent.gift_card_id
    from cards_spent
    inner join cards_sold
        on cards_spent.gift_card_id = cards_sold.gift_card_id
        and cards_spent.order_currency_code = cards_sold.currency_code
    where cards_spent.spent_amount > cards_sold.sold_amount

)

select * from gift_cards_pay_no_more_than_they_are_worth
