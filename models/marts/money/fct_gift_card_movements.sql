-- A refund on a gift card names no card: it goes back to the one that paid the order, else, as for
-- the voucher that goods paid with goods come back as, to a card that nobody names.
with

order_lines as (

    select * from {{ ref('stg_commerce__order_lines') }}
    where
        gift_card_id is not null
        and status = 'completed'
        and not is_deleted

),

payments as (

    select * from {{ ref('fct_payments') }}
    where gift_card_id is not null and order_captured_amount <> 0

),

refunds as (

    select * from {{ ref('fct_refunds') }}
    where refund_method = 'gift_card' or refund_kind = 'goods'

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

lines_dated as (

    select
        *,
        {{ to_reporting_date('ordered_at') }} as order_date
    from order_lines

),

cards_of_orders as (

    select
        order_id,
        min(gift_card_id) as gift_card_id
    from payments
    group by order_id

),

movements as (

    select
        {{ dbt.concat(["'line-'", line_id("order_id", "line_number")]) }} as movement_id,
        gift_card_id,
        'sold' as movement_kind,
        order_id,
        order_date,
        order_date as movement_date,
        currency_code as order_currency_code,
        net_amount as order_movement_amount
    from lines_dated
    union all
    select
        {{ dbt.concat(["'payment-'", "payment_id"]) }} as movement_id,
        gift_card_id,
        'redeemed' as movement_kind,
        order_id,
        order_date,
        payment_date as movement_date,
        order_currency_code,
        -order_captured_amount as order_movement_amount
    from payments
    union all
    select
        {{ dbt.concat(["'refund-'", "refunds.refund_line_id"]) }} as movement_id,
        coalesce(cards_of_orders.gift_card_id, 'unknown') as gift_card_id,
        'refunded_to' as movement_kind,
        refunds.order_id,
        refunds.order_date,
        refunds.refund_date as movement_date,
        refunds.order_currency_code,
        refunds.order_refunded_amount as order_movement_amount
    from refunds
    left join cards_of_orders
        on refunds.order_id = cards_of_orders.order_id
    where refunds.refund_method = 'gift_card'
    union all
    select
        {{ dbt.concat(["'return-'", "refunds.refund_line_id"]) }} as movement_id,
        order_lines.gift_card_id,
        'taken_back' as movement_kind,
        refunds.order_id,
        refunds.order_date,
        refunds.refund_date as movement_date,
        refunds.order_currency_code,
        -refunds.order_net_amount as order_movement_amount
    from refunds
    inner join order_lines
        on refunds.order_id = order_lines.order_id
        and refunds.line_number = order_lines.line_number
    where refunds.refund_kind = 'goods'

),

fct_gift_card_movements as (

    select
        movements.movement_id,
        movements.gift_card_id,
        movements.movement_kind,
        movements.order_id,
        movements.order_date,
        movements.movement_date,
        movements.order_currency_code,
        cast(movements.order_movement_amount as {{ dbt.type_numeric() }}) as order_movement_amount,
        {{ in_reporting_currency(
            "movements.order_movement_amount",
            "movements.order_currency_code",
            "exchange_rates.exchange_rate",
        ) }} as movement_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from movements
    left join exchange_rates
        on movements.order_date = exchange_rates.rate_date
        and movements.order_currency_code = exchange_rates.currency_code

)

select * from fct_gift_card_movements
