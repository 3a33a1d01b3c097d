-- What gift cards were sold for, less what was given back for them, is what the sales marts keep as
-- deposits for them: no revenue, and nothing lost between. Other currencies round line by line.
with

cards as (

    select coalesce(sum(order_movement_amount), 0) as amount
    from {{ ref('fct_gift_card_movements') }}
    where
        movement_kind in ('sold', 'taken_back')
        and order_currency_code = currency_code

),

deposits as (

    select coalesce(sum(order_lines.deposit_amount), 0) as amount
    from {{ ref('fct_order_lines') }} as order_lines
    inner join {{ ref('dim_products') }} as products
        on order_lines.product_id = products.product_id
    where
        products.product_kind = 'gift_card'
        and order_lines.order_currency_code = order_lines.currency_code

)

select
    cards.amount as card_amount,
    deposits.amount as deposit_amount
from cards
cross join deposits
where cards.amount <> deposits.amount
