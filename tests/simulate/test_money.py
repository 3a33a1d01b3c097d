"""Simulated money behaves as money does."""

from datetime import date

import numpy as np
import pytest
from tests.simulate.telling import Told


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Half a year of 4,000 customers, among whom what is rare happens."""
    return Told(tmp_path_factory.mktemp("crowd"), customers=4000, first=date(2024, 7, 1))


def test_the_parts_that_pay_an_order_add_up_to_its_total(told: Told) -> None:
    """Unless it was cancelled; what is authorised and captured is the same money."""
    ((count, right),) = told.ask(
        f"""
        select count(*), count(*) filter (orders.total_amount = parts.paid and parts.reserved = 0)
        from {told.plan("orders")} as orders
        inner join (
            select
                order_id,
                sum(amount) filter (payment_kind in ('sale', 'capture')) as paid,
                coalesce(sum(case payment_kind
                    when 'authorisation' then amount
                    when 'capture' then -amount
                end), 0) as reserved
            from {told.plan("payments")}
            where not is_failed
            group by order_id
        ) as parts on orders.order_id = parts.order_id
        where orders.cancelled_at is null
        """
    )
    assert isinstance(count, int)
    assert count > 100
    assert right == count


def test_a_cancelled_order_costs_nothing(told: Told) -> None:
    assert told.ask(
        f"""
        select
            count(distinct orders.order_id) > 0,
            count(*) filter (payments.payment_kind = 'capture'),
            sum(case payment_kind when 'void' then -amount else amount end)
        from {told.plan("orders")} as orders
        inner join {told.plan("payments")} as payments on orders.order_id = payments.order_id
        where orders.cancelled_at is not null and not payments.is_failed
        """
    ) == [(True, 0, 0)]


def test_nothing_comes_back_twice_and_no_more_than_was_sold(told: Told) -> None:
    assert told.ask(
        f"""
        select
            count(*) > 5,
            bool_and(back.quantity <= lines.quantity and back.net_amount <= lines.net_amount)
        from (
            select order_id, line_number, sum(quantity) as quantity, sum(net_amount) as net_amount
            from {told.plan("refunds")}
            where refund_kind = 'goods' and taken_back_at is null
            group by order_id, line_number
        ) as back
        inner join {told.plan("order_lines")} as lines
            on back.order_id = lines.order_id and back.line_number = lines.line_number
        """
    ) == [(True, True)]


def test_what_is_exchanged_pays_for_the_other_order(crowd: Told) -> None:
    credited = crowd.ask(
        f"select order_id, amount from {crowd.plan('payments')}"
        " where payment_method = 'exchange' order by all"
    )
    assert credited
    assert credited == crowd.ask(
        f"select exchange_order_id, paid_amount from {crowd.plan('refunds')}"
        " where refund_method = 'exchange' order by all"
    )


def test_abuse_of_refunds_is_recovered_from_what_comes_back(crowd: Told) -> None:
    """Two kinds of customers, told apart by nothing but how many of their lines come back.

    In stores, where others all send back alike. Half of all lines may be exchanged instead; of
    those that may not, abusers send back six in ten, and others two in a hundred.
    """
    counts = np.array(
        crowd.ask(
            f"""
            select count(back.order_id), count(*), any_value(truth.is_refund_abuser)
            from {crowd.plan("order_lines")} as lines
            inner join {crowd.truth("refund_abuse")} as truth
                on lines.customer_id = truth.customer_id
            left join (
                select distinct order_id, line_number from {crowd.plan("refunds")}
                where refund_kind = 'goods' and refund_method <> 'exchange'
            ) as back
                on lines.order_id = back.order_id and lines.line_number = back.line_number
            where lines.channel = 'store' and lines.net_amount > 0
                and lines.product_kind = 'merchandise'
                and lines.ordered_at < timestamp '2024-12-15'
            group by truth.customer_id
            """
        ),
        dtype=float,
    )
    returned, sold, is_abuser = counts.T
    share, rates = 0.05, np.array([0.05, 0.5])
    for _ in range(200):  # Expectation-maximisation of a mixture of two binomials.
        odds = share / (1 - share) * np.exp(
            returned * np.log(rates[1] / rates[0])
            + (sold - returned) * np.log((1 - rates[1]) / (1 - rates[0]))
        )  # fmt: skip
        belongs = odds / (1 + odds)
        share = belongs.mean()
        rates = np.array([weight @ returned / (weight @ sold) for weight in (1 - belongs, belongs)])
    assert rates[1] == pytest.approx(0.3, abs=0.08)
    assert rates[0] == pytest.approx(0.01, abs=0.003)
    assert share == pytest.approx(is_abuser.mean(), rel=0.5)
    much = sold >= 10
    assert is_abuser[much & (belongs > 0.5)].mean() >= 0.8
    assert (belongs > 0.5)[much & (is_abuser > 0)].mean() >= 0.7


def test_a_gift_card_pays_once_and_no_more_than_it_is_worth(told: Told) -> None:
    assert told.ask(
        f"""
        select
            count(*) > 0,
            count(*) = count(distinct payments.gift_card_id),
            bool_and(payments.amount <= lines.net_amount),
            bool_and(payments.processed_at > lines.ordered_at)
        from {told.plan("payments")} as payments
        inner join {told.plan("order_lines")} as lines on payments.gift_card_id = lines.gift_card_id
        """
    ) == [(True, True, True, True)]


def test_money_moves_after_the_order(told: Told) -> None:
    for plan, moved_at in {
        "payments": "processed_at",
        "refunds": "refunded_at",
        "shipments": "shipped_at",
    }.items():
        assert told.ask(
            f"select count(*) > 0, bool_and({moved_at} >= ordered_at) from {told.plan(plan)}"
        ) == [(True, True)], plan
