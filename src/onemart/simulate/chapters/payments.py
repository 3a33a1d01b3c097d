"""What is paid: at the till at once; online reserved and captured, charged on dispatch, or on invoice.

Saves `exchanges` (orders that are paid in part with goods brought back) and `payments`; emits commerce.payments.
Amounts are whole cents, and the parts of an order add up to its total.
"""

from onemart.simulate.engine import Story

__all__ = ["tell"]

# Now and then somebody brings back a line of the order before, and takes other goods for it. Lines that may be
# exchanged are not returned otherwise (chapter refunds), so nothing comes back twice.
_EXCHANGES = """
with completed as (
    select * from story.orders
    where ordered_at >= window_start() - interval 45 days and ordered_at < window_end() and cancelled_at is null
),
exchanging as (
    select * from completed
    where ordered_at >= window_start() and u('exchange', order_id) < 0.015
),
pairs as (
    select
        exchanging.order_id as new_order_id,
        exchanging.ordered_at as exchanged_at,
        exchanging.known_at,
        exchanging.currency_code as new_currency_code,
        exchanging.total_amount as new_total_amount,
        completed.* exclude (known_at)
    from exchanging
    asof inner join completed
        on exchanging.customer_id = completed.customer_id
        and exchanging.ordered_at > completed.ordered_at
)
select
    pairs.new_order_id as exchange_order_id,
    pairs.exchanged_at,
    pairs.known_at,
    pairs.order_id,
    min(lines.line_number) as line_number
from pairs
inner join story.order_lines as lines
    on pairs.order_id = lines.order_id and lines.ordered_at >= window_start() - interval 45 days
where pairs.currency_code = pairs.new_currency_code
    -- No later than a window looks back.
    and pairs.exchanged_at < pairs.ordered_at + interval 45 days
    and pairs.exchanged_at > pairs.ordered_at + case when pairs.channel = 'store' then interval 1 day else interval 14 days end
    and lines.product_kind = 'merchandise'
    and lines.net_amount + case when lines.is_tax_included then 0 else lines.tax_amount end between 0.01 and pairs.new_total_amount
    and u('may be exchanged', lines.order_id, lines.line_number) < 0.5
group by pairs.new_order_id, pairs.exchanged_at, pairs.known_at, pairs.order_id
"""

# A gift card pays for the next order of its buyer within a quarter, as far as it goes; what is left on it, or
# comes too late, stays unspent.
_GIFTS = """
create or replace temp table gifts as
with cards as (
    select * from story.order_lines
    where gift_card_id is not null and cancelled_at is null
        and ordered_at >= window_start() - interval 90 days and ordered_at < window_end()
),
orders_after as (
    select
        orders.*,
        cards.gift_card_id,
        (100 * cards.net_amount)::bigint as card_cents,
        cards.currency_code as card_currency_code,
        row_number() over (partition by cards.gift_card_id order by orders.ordered_at, orders.order_id) as place
    from cards
    inner join story.orders
        on cards.customer_id = orders.customer_id
        and orders.ordered_at > cards.ordered_at + interval 1 hour
        and orders.ordered_at < cards.ordered_at + interval 90 days
    where orders.ordered_at >= window_start() - interval 90 days and orders.ordered_at < window_end()
        and orders.cancelled_at is null
)
select
    order_id,
    min(gift_card_id) as gift_card_id,
    arg_min(card_cents, gift_card_id) as card_cents
from orders_after
where place = 1 and card_currency_code = currency_code and ordered_at >= window_start()
group by order_id
"""

_SETTLED = """
create or replace temp table settled as
with parcels as (
    select
        order_id,
        count(*) as parcel_count,
        min(shipped_at) as first_shipped_at,
        max(shipped_at) as last_shipped_at
    from story.shipments
    where ordered_at >= window_start() and ordered_at < window_end()
    group by order_id
),
credits as (
    select
        exchanges.exchange_order_id as order_id,
        sum((100 * (lines.net_amount + case when lines.is_tax_included then 0 else lines.tax_amount end))::bigint)::bigint
            as credit_cents
    from story.exchanges
    inner join story.order_lines as lines
        on exchanges.order_id = lines.order_id and exchanges.line_number = lines.line_number
    where exchanges.exchanged_at >= window_start() and exchanges.exchanged_at < window_end()
        and lines.ordered_at >= window_start() - interval 45 days
    group by exchanges.exchange_order_id
)
select
    orders.order_id,
    orders.ordered_at,
    orders.known_at,
    orders.cancelled_at,
    orders.currency_code,
    orders.channel = 'store' as is_till,
    printf('%016x', hash('card', customers.household_id, case when u('own card', customers.person_id) < 0.7 then customers.person_id end))
        as card_fingerprint,
    customers.is_fraudster,
    case
        when orders.channel = 'store'
            then case when u('cash', orders.order_id) < case orders.currency_code when 'CHF' then 0.4 else 0.25 end then 'cash' else 'card' end
        when u('means of payment', orders.order_id) < 0.55 then 'card'
        when u('means of payment', orders.order_id) < 0.85 then 'wallet'
        else 'invoice'
    end as payment_method,
    (100 * orders.total_amount)::bigint as total_cents,
    coalesce(credits.credit_cents, 0) as credit_cents,
    gifts.gift_card_id,
    least(coalesce(gifts.card_cents, 0), total_cents - coalesce(credits.credit_cents, 0)) as gift_cents,
    total_cents - coalesce(credits.credit_cents, 0) - gift_cents as rest_cents,
    -- What is not sent, like a gift card, is there a minute later.
    coalesce(parcels.first_shipped_at, orders.ordered_at + to_seconds(60)) as first_shipped_at,
    coalesce(parcels.last_shipped_at, orders.ordered_at + to_seconds(60)) as last_shipped_at,
    coalesce(parcels.parcel_count, 1) as parcel_count
from story.orders
inner join story.customers on orders.customer_id = customers.customer_id
left join parcels on orders.order_id = parcels.order_id
left join credits on orders.order_id = credits.order_id
left join gifts on orders.order_id = gifts.order_id
where orders.ordered_at >= window_start() and orders.ordered_at < window_end()
"""

# The last digit of a payment says what it is of its order: 1 the credit of an exchange, 2 a gift card, 3 an
# attempt that failed, 4 the sale or authorisation, 5 and 6 the captures of two parcels, 7 the void.
_PAYMENTS = """
with rows as (
    select *, 1 as digit, 'sale' as payment_kind, 'exchange' as method, credit_cents as amount_cents, ordered_at as processed_at
    from settled
    where credit_cents > 0

    union all

    select *, 2, 'sale', 'gift_card', gift_cents, ordered_at
    from settled
    where gift_cents > 0

    union all

    select *, 3, case when is_till then 'sale' else 'authorisation' end, 'card', rest_cents, ordered_at
    from settled
    where rest_cents > 0 and payment_method = 'card' and u('declined', order_id) < 0.03

    union all

    select *, 4, 'sale', payment_method, rest_cents, ordered_at + to_seconds(45)
    from settled
    where rest_cents > 0 and is_till

    union all

    select *, 4, 'authorisation', 'card', rest_cents, ordered_at + to_seconds(45)
    from settled
    where rest_cents > 0 and not is_till and payment_method = 'card'

    union all

    select *, 4, 'sale', payment_method, rest_cents, first_shipped_at
    from settled
    where rest_cents > 0 and not is_till and payment_method <> 'card' and cancelled_at is null

    union all

    select *, 5, 'capture', 'card', case when parcel_count = 1 then rest_cents else rest_cents // 2 end, first_shipped_at
    from settled
    where rest_cents > 0 and not is_till and payment_method = 'card' and cancelled_at is null

    union all

    select *, 6, 'capture', 'card', rest_cents - rest_cents // 2, last_shipped_at
    from settled
    where rest_cents > 0 and not is_till and payment_method = 'card' and cancelled_at is null and parcel_count = 2

    union all

    select *, 7, 'void', 'card', rest_cents, cancelled_at
    from settled
    where rest_cents > 0 and not is_till and payment_method = 'card' and cancelled_at is not null
)
select
    10 * order_id + digit as payment_id,
    case when digit in (5, 6, 7) then 10 * order_id + 4 end as parent_payment_id,
    order_id,
    ordered_at,
    known_at,
    processed_at,
    payment_kind,
    method as payment_method,
    digit = 3 as is_failed,
    -- An invoice is paid weeks later, or never.
    case
        when method <> 'invoice' then processed_at
        when u('never pays', order_id) >= case when is_fraudster then 0.5 else 0.015 end
            then processed_at + to_seconds(259200 + below(2800000, u('pays', order_id)))
    end as succeeded_at,
    money(amount_cents) as amount,
    currency_code,
    cast(case
        when digit in (3, 7) or (digit = 4 and payment_kind = 'authorisation') then 0
        when method = 'card' then (amount_cents * 14 + 5) // 10 + 1000
        when method = 'wallet' then (amount_cents * 22 + 5) // 10 + 2000
        when method = 'invoice' then amount_cents
        else 0
    end / 10000 as decimal(12, 4)) as fee_amount,
    case when method = 'card' then card_fingerprint end as card_fingerprint,
    case when method = 'gift_card' then gift_card_id end as gift_card_id
from rows
where amount_cents > 0
"""

# A till that was offline tells its payments with its orders.
_EMITTED = """
select
    * replace (case when is_success then fee_amount else 0 end as fee_amount),
    case when is_failed then 'failed' when is_success then 'success' else 'pending' end as status,
    false as is_deleted,
    known_from as updated_at,
    known_from as emitted_at,
    case when version = 1 and succeeded_at > processed_at then greatest(succeeded_at, known_at) end as superseded_at
from (
    select
        *,
        unnest(case when succeeded_at > processed_at then [1, 2] else [1] end) as version,
        not is_failed and succeeded_at is not null and (version = 2 or succeeded_at = processed_at) as is_success,
        greatest(known_at, case when version = 1 then processed_at else succeeded_at end) as known_from
    from story.payments
    where ordered_at >= window_start() - interval 60 days
)
"""

_UNPAID = """
select order_id, amount, currency_code, processed_at as invoiced_at
from story.payments
where payment_method = 'invoice' and succeeded_at is null
"""


def tell(story: Story) -> None:
    """Pay for the window's orders."""
    story.save("exchanges", _EXCHANGES)
    story.sql(_GIFTS)
    story.sql(_SETTLED)
    story.save("payments", _PAYMENTS)
    story.sql("drop table gifts; drop table settled")
    story.emit("commerce.payments", _EMITTED)
    story.truth("unpaid_invoices", _UNPAID)
