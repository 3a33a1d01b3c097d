-- The balance is kept in the card's own currency; the shop owes it at the rate of the day on which
-- the card was sold, or first heard of.
{%- set kinds = ["sold", "redeemed", "refunded_to", "taken_back"] %}

with

movements as (

    select
        *,
        row_number() over (
            partition by gift_card_id, order_currency_code
            order by movement_date, movement_id
        ) as movement_number
    from {{ ref('fct_gift_card_movements') }}

),

movements_added_up as (

    select
        gift_card_id,
        order_currency_code,
        min(movement_date) as first_movement_date,
        max(movement_date) as last_movement_date,
        {% for kind in kinds -%}
        sum(case when movement_kind = '{{ kind }}' then abs(order_movement_amount) else 0 end)
            as order_{{ kind }}_amount,
        {% endfor -%}
        sum(order_movement_amount) as order_balance_amount,
        max(case when movement_number = 1 then movement_amount end) as first_amount,
        max(case when movement_number = 1 then order_movement_amount end) as order_first_amount,
        min(currency_code) as currency_code
    from movements
    group by gift_card_id, order_currency_code

),

rpt_gift_card_balances as (

    select
        gift_card_id,
        order_currency_code,
        first_movement_date,
        last_movement_date,
        {% for kind in kinds -%}
        cast(order_{{ kind }}_amount as {{ dbt.type_numeric() }}) as order_{{ kind }}_amount,
        {% endfor -%}
        cast(order_balance_amount as {{ dbt.type_numeric() }}) as order_balance_amount,
        cast(
            case
                when order_currency_code = currency_code then order_balance_amount
                else round(order_balance_amount * first_amount / nullif(order_first_amount, 0), 2)
            end as {{ dbt.type_numeric() }}
        ) as balance_amount,
        order_balance_amount < 0 as is_overdrawn,
        currency_code
    from movements_added_up

)

select * from rpt_gift_card_balances
