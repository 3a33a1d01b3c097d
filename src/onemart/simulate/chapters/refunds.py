"""What is given back, and what banks take back.

Saves `chargebacks` and `refunds`; emits after_sale.chargebacks and commerce.refunds. A few customers send back
much more than others, and a few dispute what they bought.
"""

from onemart.simulate.engine import Story

__all__ = ["tell"]

_CHARGEBACKS = """
with paid as (
    select
        payments.*,
        customers.is_fraudster,
        coalesce(parcels.is_lost, false) as is_lost
    from story.payments
    inner join story.orders on payments.order_id = orders.order_id
    inner join story.customers on orders.customer_id = customers.customer_id
    left join (
        select order_id, bool_or(lost_at is not null) as is_lost
        from story.shipments
        where ordered_at >= window_start() and ordered_at < window_end()
        group by order_id
    ) as parcels on payments.order_id = parcels.order_id
    where payments.ordered_at >= window_start() and payments.ordered_at < window_end()
        and orders.ordered_at >= window_start() and orders.ordered_at < window_end()
        and payments.payment_method in ('card', 'wallet')
        and payments.payment_kind in ('sale', 'capture')
        and not payments.is_failed
        and payments.payment_id % 10 in (4, 5)
),
disputed as (
    select
        *,
        case
            when is_fraudster and u('fraud', order_id) < 0.25 then 'fraud'
            when is_lost and u('complains', order_id) < 0.4 then 'not_received'
            when u('disputes', order_id) < 0.0006 then pick(['not_as_described', 'other'], u('dispute', order_id))
        end as reason
    from paid
),
opened as (
    select
        *,
        processed_at + to_seconds(864000 + below(4320000, u('opened', order_id))) as opened_at
    from disputed
    where reason is not null
)
select
    order_id as chargeback_id,
    payment_id,
    order_id,
    ordered_at,
    greatest(opened_at, known_at) as opened_at,
    greatest(opened_at, known_at) + to_seconds(864000 + below(4320000, u('decided', order_id))) as resolved_at,
    amount,
    currency_code,
    reason,
    case
        when u('verdict', order_id) < case reason when 'fraud' then 0.85 when 'not_received' then 0.7 else 0.4 end
            then 'lost'
        else 'won'
    end as verdict
from opened
"""

_CHARGEBACKS_EMITTED = """
select
    * replace (case when version = 2 then resolved_at end as resolved_at),
    case when version = 2 then verdict else 'open' end as status,
    case when version = 2 then resolved_at else opened_at end as updated_at,
    case when version = 2 then resolved_at else opened_at end as emitted_at,
    case when version = 1 then resolved_at end as superseded_at
from (
    select *, unnest([1, 2]) as version
    from story.chargebacks
    where ordered_at >= window_start() - interval 180 days
)
"""

# What was paid, and from when on it can be given back; disputed orders and unpaid invoices give nothing back.
_PAID = """
create or replace temp table paid as
select
    payments.order_id,
    -- Goods paid with goods come back as a voucher.
    replace(arg_max(payments.payment_method, (payments.amount, payments.payment_id)), 'exchange', 'gift_card')
        as payment_method,
    max(payments.succeeded_at) as paid_at
from story.payments
left join story.chargebacks on payments.order_id = chargebacks.order_id
where payments.ordered_at >= window_start() and payments.ordered_at < window_end()
    and payments.payment_kind in ('sale', 'capture')
    and not payments.is_failed
    and chargebacks.order_id is null
group by payments.order_id
having bool_and(payments.succeeded_at is not null)
"""

# A line's last digits: its number and 1 for goods, 2 for a record made by mistake and taken back; shipping and
# goodwill are behind all lines.
_GOODS = """
create or replace temp table goods as
with wanted_back as (
    select
        lines.order_id,
        lines.line_number,
        lines.ordered_at,
        lines.known_at,
        lines.store_id,
        lines.channel,
        lines.customer_id,
        lines.is_guest,
        lines.sku,
        lines.quantity,
        lines.net_amount,
        lines.tax_amount,
        lines.is_tax_included,
        lines.currency_code,
        orders.guest_email,
        paid.payment_method,
        customers.is_refund_abuser,
        greatest(
            paid.paid_at,
            coalesce(parcels.delivered_at, lines.ordered_at)
        ) + to_seconds(7200 + least(3600000, exponential(1 / 700000.0, u('sent back after', lines.order_id)))::bigint) as returned_at,
        case when lines.quantity > 1 and u('all of them', lines.order_id, lines.line_number) < 0.6 then 1 else lines.quantity end
            as back_count
    from story.order_lines as lines
    inner join story.orders on lines.order_id = orders.order_id
    inner join paid on lines.order_id = paid.order_id
    inner join story.customers on lines.customer_id = customers.customer_id
    left join (
        select order_id, max(delivered_at) as delivered_at, bool_or(lost_at is not null) as is_lost
        from story.shipments
        where ordered_at >= window_start() and ordered_at < window_end()
        group by order_id
    ) as parcels on lines.order_id = parcels.order_id
    where lines.ordered_at >= window_start() and lines.ordered_at < window_end()
        and orders.ordered_at >= window_start() and orders.ordered_at < window_end()
        and lines.cancelled_at is null
        and lines.product_kind = 'merchandise'
        and lines.net_amount > 0
        and u('may be exchanged', lines.order_id, lines.line_number) >= 0.5
        and u('return', lines.order_id, lines.line_number) < case
            when customers.is_refund_abuser then 0.6
            when lines.channel = 'store' then 0.02
            when lines.is_serialised then 0.16
            else 0.09
        end
        and not coalesce(parcels.is_lost, false)
)
select
    10000 * order_id + 10 * line_number + 1 as refund_line_id,
    10 * order_id as refund_id,
    *,
    returned_at + to_seconds(86400 + below(345600, u('refunded after', order_id))) as refunded_at,
    ((100 * net_amount)::bigint * back_count // quantity)::bigint as net_cents,
    ((100 * tax_amount)::bigint * back_count // quantity)::bigint as tax_cents,
    'goods' as refund_kind,
    case
        when is_refund_abuser then 'not_as_described'
        else pick(['damaged', 'wrong_size', 'changed_mind', 'changed_mind', 'late', 'other'], u('reason', order_id, line_number))
    end as reason,
    u('restocked', order_id, line_number) < case when is_refund_abuser then 0.3 else 0.85 end as is_restocked
from wanted_back
"""

# Whoever sends everything back gets the shipping back, too; the tax of shipping is what lines do not explain.
_SHIPPING = """
with sent_back as (
    select
        order_id,
        any_value(payment_method) as payment_method,
        any_value(guest_email) as guest_email,
        max(refunded_at) as refunded_at,
        arg_min(reason, line_number) as reason
    from goods
    group by order_id
),
taxed as (
    select order_id, sum((100 * tax_amount)::bigint)::bigint as line_tax_cents
    from story.order_lines
    where ordered_at >= window_start() and ordered_at < window_end()
        and order_id in (select order_id from sent_back)
    group by order_id
)
select
    10000 * orders.order_id + 9990 as refund_line_id,
    10 * orders.order_id as refund_id,
    orders.*,
    sent_back.payment_method,
    sent_back.refunded_at,
    (100 * orders.shipping_amount)::bigint as net_cents,
    (100 * orders.tax_amount)::bigint - taxed.line_tax_cents as tax_cents,
    'shipping' as refund_kind,
    sent_back.reason
from sent_back
inner join story.orders on sent_back.order_id = orders.order_id
inner join taxed on orders.order_id = taxed.order_id
where orders.ordered_at >= window_start() and orders.ordered_at < window_end()
    and orders.shipping_amount > 0 and u('shipping back', orders.order_id) < 0.4
"""

_GOODWILL = """
select
    10000 * orders.order_id + 9991 as refund_line_id,
    10 * orders.order_id + 1 as refund_id,
    orders.*,
    paid.payment_method,
    paid.paid_at + to_seconds(86400 + below(1209600, u('complains', orders.order_id))) as refunded_at,
    ((100 * orders.line_net_amount)::bigint * (1 + below(3, u('how much', orders.order_id))) // 10)::bigint as net_cents,
    0 as tax_cents,
    'goodwill' as refund_kind,
    pick(['late', 'damaged', 'other'], u('why', orders.order_id)) as reason
from story.orders
inner join paid on orders.order_id = paid.order_id
where orders.ordered_at >= window_start() and orders.ordered_at < window_end()
    and u('goodwill', orders.order_id) < 0.004
    and orders.order_id not in (select order_id from goods)
"""

_REFUNDS = f"""
with exchanged as (
    select
        exchanges.exchanged_at,
        exchanges.exchange_order_id,
        exchanges.known_at as told_at,
        lines.*,
        orders.guest_email
    from story.exchanges
    inner join story.order_lines as lines
        on exchanges.order_id = lines.order_id and exchanges.line_number = lines.line_number
    inner join story.orders on lines.order_id = orders.order_id
    where exchanges.exchanged_at >= window_start() and exchanges.exchanged_at < window_end()
        and lines.ordered_at >= window_start() - interval 45 days
        and orders.ordered_at >= window_start() - interval 45 days
),
refunds as (
    select
        refund_line_id, refund_id, order_id, line_number, ordered_at, known_at, store_id, channel, customer_id, is_guest,
        guest_email, sku, refund_kind, back_count as quantity, net_cents, tax_cents, is_tax_included, currency_code,
        payment_method as refund_method, cast(null as bigint) as exchange_order_id, reason, returned_at, refunded_at,
        is_restocked, cast(null as timestamp) as taken_back_at
    from goods

    union all

    select
        refund_line_id + 1, refund_id + 2, order_id, line_number, ordered_at, known_at, store_id, channel, customer_id, is_guest,
        guest_email, sku, refund_kind, back_count, net_cents, tax_cents, is_tax_included, currency_code,
        payment_method, null, reason, returned_at, refunded_at + to_seconds(30),
        is_restocked, greatest(refunded_at, known_at) + to_hours(3)
    from goods
    where u('by mistake', order_id, line_number) < 0.004

    union all

    select
        10000 * order_id + 10 * line_number + 3, 10 * order_id + 3, order_id, line_number, ordered_at, told_at, store_id, channel,
        customer_id, is_guest, guest_email, sku, 'goods', quantity, (100 * net_amount)::bigint, (100 * tax_amount)::bigint,
        is_tax_included, currency_code, 'exchange', exchange_order_id,
        pick(['wrong_size', 'changed_mind', 'damaged'], u('why exchanged', order_id)), exchanged_at, exchanged_at, true, null
    from exchanged

    union all

    select
        refund_line_id, refund_id, order_id, null, ordered_at, known_at, store_id, channel, customer_id, is_guest,
        guest_email, null, refund_kind, 0, net_cents, tax_cents, is_tax_included, currency_code,
        payment_method, null, reason, null, refunded_at, false, null
    from ({_SHIPPING} union all by name {_GOODWILL})
)
select
    * exclude (net_cents, tax_cents),
    money(net_cents) as net_amount,
    money(tax_cents) as tax_amount,
    money(net_cents + case when is_tax_included then 0 else tax_cents end) as paid_amount
from refunds
where net_cents > 0
"""

_REFUNDS_EMITTED = """
select
    * exclude (customer_id),
    case when not is_guest then customer_id end as customer_id,
    version = 2 as is_deleted,
    case when version = 2 then taken_back_at else told_at end as updated_at,
    case when version = 2 then taken_back_at else told_at end as emitted_at,
    case when version = 1 then taken_back_at end as superseded_at
from (
    select
        *,
        greatest(refunded_at, known_at) as told_at,
        unnest(case when taken_back_at is null then [1] else [1, 2] end) as version
    from story.refunds
    where refunded_at >= window_start() - interval 10 days
)
"""

_FRAUD = """
select order_id, chargeback_id, reason, verdict, amount, currency_code
from story.chargebacks
"""


def tell(story: Story) -> None:
    """Give back what the window's orders bring back, in time."""
    story.save("chargebacks", _CHARGEBACKS)
    story.sql(_PAID)
    story.sql(_GOODS)
    story.save("refunds", _REFUNDS)
    story.sql("drop table goods; drop table paid")
    story.emit("after_sale.chargebacks", _CHARGEBACKS_EMITTED)
    story.emit("commerce.refunds", _REFUNDS_EMITTED)
    story.truth("chargebacks", _FRAUD)
    story.truth(
        "refund_abuse", "select customer_id, is_refund_abuser, is_fraudster from story.customers"
    )
