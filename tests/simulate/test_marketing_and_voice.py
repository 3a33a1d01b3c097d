"""What was planted in offers, touches, mail and texts can be found again in their deliveries."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from tests.simulate.telling import project_in

from onemart.simulate.chapters import (
    advertising,
    catalogue,
    customers,
    emails,
    offers,
    orders,
    touches,
    voice,
)
from onemart.simulate.chapters.visits import make_visits
from onemart.simulate.engine import Story
from onemart.simulate.settings import Settings, Window

FIRST = datetime(2024, 1, 1)  # noqa: DTZ001
END = datetime(2024, 7, 1)  # noqa: DTZ001
SPOKEN = (catalogue, customers, offers, orders, advertising, touches, emails, voice)
Ask = Callable[[str], list[tuple[float, ...]]]


def begun(folder: Path, customer_count: int) -> Story:
    """Begin a story of half a year; what it delivers becomes one file a feed, and 14 of days."""
    project = project_in(folder)
    settings = Settings(
        seed=11, customers=customer_count, first=FIRST.date(), base_end=END.date(), mode="full"
    )
    return Story(project, project.shop("demo"), settings, Window(FIRST, END))


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Ask the deliveries of marketing and voice, the truth and what became of plans."""
    story = begun(tmp_path_factory.mktemp("told"), 2500)
    for chapter in SPOKEN:
        chapter.tell(story)
    readers = {".csv": "read_csv", ".jsonl": "read_json", ".parquet": "read_parquet"}
    for source in ("marketing", "voice"):
        for feed in sorted((story._landing / source).iterdir()):
            suffix = next(feed.iterdir()).suffix
            story.sql(
                f"create view {feed.name} as select * from {readers[suffix]}('{feed}/*{suffix}')"
            )
    for file in (story.folder / "truth").iterdir():
        story.sql(f"create view truth_{file.stem} as select * from '{file}'")
    return lambda query: story.sql(query).fetchall()


def test_a_draw_of_lots_finds_the_effect_of_offers_and_a_choice_does_not(tmp_path: Path) -> None:
    story = begun(tmp_path, 12_000)
    for chapter in (catalogue, customers, offers):
        chapter.tell(story)
    make_visits(story, date(2024, 2, 1), date(2024, 7, 1), stride=1_000_000)
    # Of bargain hunters who are alive: their offers about double what they order.
    rates = story.sql(
        "with counted as (select assignments.*, customers.weekly_rate,"
        " (select count(*) from visits where visits.customer_id = assignments.customer_id"
        " and ordered_at between from_at and to_at) as order_count"
        " from story.offer_assignments as assignments"
        " inner join story.customers on assignments.customer_id = customers.customer_id"
        " where customers.customer_type = 'bargain' and customers.dies_at > to_at)"
        " select is_randomised, arm, avg(order_count), avg(weekly_rate), count(*)"
        " from counted group by all order by all"
    ).fetchall()
    (_, _, chosen_mean, chosen_rate, _), (_, _, held_out, rate, _), (_, _, treated, _, _) = rates
    planted = story.sql(
        "select sum(1 + offer_effect('bargain', worth_rate, category, true)) / count(*)"
        " from story.offer_assignments where is_randomised and arm = 'treatment'"
        " and customer_type = 'bargain'"
    ).fetchall()[0][0]
    story.close()
    assert treated / held_out == pytest.approx(planted, rel=0.15)
    # Who was chosen bought more before any offer, and so against the holdout seems to gain more.
    assert chosen_rate > 1.5 * rate
    assert chosen_mean / held_out > 1.2 * planted


def test_holdouts_get_no_message_and_redeem_nothing(ask: Ask) -> None:
    holdout = "(select offer_id, customer_id from offer_assignments where arm = 'holdout')"
    assert ask(f"select count(*) > 50 from {holdout}") == [(True,)]
    for feed in ("email_events", "offer_redemptions"):
        assert ask(f"select * from {feed} inner join {holdout} using (offer_id, customer_id)") == []


def test_each_redemption_is_within_its_offer_and_takes_its_share_off(ask: Ask) -> None:
    assert ask("select count(*) > 50 from offer_redemptions") == [(True,)]
    assert not ask(
        "select * from offer_redemptions inner join story.offers using (offer_id)"
        " where offer_redemptions.discount_amount <= 0"
        " or redeemed_at < from_at or redeemed_at >= to_at"
    )


def test_an_offer_takes_off_what_it_says(ask: Ask) -> None:
    """A share of lines, an amount of the whole order to the cent, or what shipping costs."""
    redeemed = (
        "(select orders.*, offers.offer_kind, offers.discount_amount as promised from story.orders"
        " inner join story.offers using (offer_id))"
    )
    kinds = dict(ask(f"select offer_kind, count(*) from {redeemed} group by all"))
    assert set(kinds) == {"percent", "amount", "free_shipping"}
    assert not ask(
        f"select * from {redeemed} inner join (select order_id,"
        " sum(offer_discount_amount) as taken_off,"
        " sum(case when offer_id is not null then net_amount else 0 end) as left_over"
        " from story.order_lines group by order_id) using (order_id)"
        " where case offer_kind"
        "  when 'amount' then left_over > 0"
        "   and taken_off <> cents(promised * price_level(currency_code))"
        "  when 'free_shipping' then taken_off > 0 or shipping_amount > 0"
        "  else taken_off <= 0 end"
        " or offer_discount_amount"
        "  <> taken_off + case offer_kind when 'free_shipping' then 4.95 else 0 end"
    )


def test_touches_before_orders_have_the_mix_that_was_planted(ask: Ask) -> None:
    found = ask(
        "with drawn as (select channel, touch_id % 64 < 8 as is_bought, count(*) as touches"
        " from touches group by all), shares as (select *,"
        " touches / sum(touches) over (partition by is_bought) as share from drawn)"
        " select any_value(log_odds),"
        " ln(max(share) filter (is_bought) / max(share) filter (not is_bought)),"
        " sqrt(sum(1 / touches)) from shares inner join truth_channel_effects using (channel)"
        " group by channel"
    )
    assert len(found) == 8
    for planted, measured, error in found:
        assert abs(measured - planted) < 4 * error, (planted, measured, error)


def test_an_order_online_ends_one_journey(ask: Ask) -> None:
    assert not ask(
        "select session_id from story.orders where session_id is not null"
        " and ordered_at > timestamp '2024-01-01 01:00:00'"
        " except select session_id from touches where is_click and customer_id is not null"
    )
    assert not ask("select touch_id from touches group by all having count(*) > 1")
    assert not ask("select * from touches where page_view_count > 0 and not is_click")


def test_a_message_is_sent_before_anything_becomes_of_it(ask: Ask) -> None:
    assert not ask(
        "select message_id from email_events group by message_id"
        " having max(event_at) filter (event_kind <> 'sent')"
        " < min(event_at) filter (event_kind = 'sent')"
        " or count(*) filter (event_kind = 'sent') <> 1"
    )
    assert ask("select count(*) > 5 from email_events where event_kind = 'unsubscribed'") == [
        (True,)
    ]
    assert not ask(
        "select customer_id from email_events group by customer_id"
        " having max(event_at) filter (event_kind = 'sent')"
        " > min(event_at) filter (event_kind = 'unsubscribed')"
    )


def test_ads_cost_what_their_clicks_cost_and_are_stated_twice(ask: Ask) -> None:
    assert ask("select max(versions) from (select count(*) as versions from ad_spend"
               " group by spend_date, campaign_id)") == [(2,)]  # fmt: skip
    assert not ask("select * from ad_spend where click_count > impression_count or cost_amount < 0")
    assert not ask("select * from ad_spend anti join campaigns using (campaign_id)")


@pytest.mark.parametrize(
    "feed, key, text, truth",
    [
        ("reviews", "review_id", "body", "truth_review_topics"),
        ("nps_answers", "answer_id", "comment_text", "truth_nps_topics"),
        ("support_chats", "chat_id", "transcript", "truth_chat_topics"),
    ],
)
def test_each_text_says_its_topic(ask: Ask, feed: str, key: str, text: str, truth: str) -> None:
    spoken, silent = ask(
        "select count(*), count(*) filter (not exists (select 1 from said"
        " where said.topic = told.topic and said.sentiment = told.sentiment and len(list_filter("
        "said.phrases, lambda phrase: contains(lower(told.said_text), lower(phrase)))) > 0))"
        f" from (select *, {text} as said_text from {feed} inner join {truth} using ({key})"
        f" where {text} is not null) as told"
    )[0]
    assert spoken > 10
    assert silent == 0


def test_who_likes_a_product_says_so(ask: Ask) -> None:
    assert not ask(
        "select * from reviews inner join truth_review_topics using (review_id)"
        " where updated_at = reviewed_at and sign(rating - 3) <> sentiment"
    )
    # A quality of one spread moves the mood by 0.8 of one, of which stars keep the most.
    ((correlation, products),) = ask(
        "select corr(quality, stars), count(*) from (select quality, avg(rating) as stars"
        " from reviews inner join truth_product_quality using (sku) group by sku, quality)"
    )
    assert products > 20
    assert correlation > 0.3
