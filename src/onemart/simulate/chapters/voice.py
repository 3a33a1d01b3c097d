"""What customers say: reviews, answers whether they recommend us, conversations with customer service.

Saves `reviews`, `nps_answers` and `support_chats`, planned from the window's orders, and emits them; its truth is
`review_topics`, `nps_topics` and `chat_topics` (what each text is about, and how it is meant: -1, 0 or 1),
`product_quality` and `store_service`.

Texts are joined from the phrases of `phrases.csv`, by topic, sentiment and language, so whoever mines texts
can be held against what was planted.
"""

from pathlib import Path

from onemart.simulate.engine import Story
from onemart.warehouse.duckdb_dialect import literal

__all__ = ["tell"]

_PHRASES = Path(__file__).parents[1] / "phrases.csv"

_SAID = """
create or replace temp table said as
select kind, topic, sentiment, language_code, list(phrase order by phrase) as phrases
from read_csv({file}, header = true, columns = {{
    'kind': 'varchar', 'topic': 'varchar', 'sentiment': 'int', 'language_code': 'varchar',
    'phrase': 'varchar'
}})
group by all
"""

_MACROS = (
    """
    create or replace macro language_of(country_code) as
        case when country_code in ('DE', 'AT', 'CH') then 'de' else 'en' end
    """,
    # How a product and a store please, around 0 with a spread of 1.
    "create or replace macro product_quality(product_no) as normal(u('quality', product_no))",
    "create or replace macro store_service(store_no) as normal(u('service', store_no))",
    "create or replace macro sentence(text) as upper(text[1]) || text[2:] || '.'",
)

_REVIEWS = """
with reviewed as (
    select
        lines.order_id * 100 + lines.line_number as review_id,
        lines.order_id,
        lines.customer_id,
        lines.sku,
        language_of(customers.country_code) as language_code,
        lines.ordered_at + to_seconds(172800 + below(2419200, u('reviewed', review_id))) as reviewed_at,
        case
            when u('edited', review_id) < 0.03
                then reviewed_at + to_seconds(3600 + below(1728000, u('edited after', review_id)))
        end as edited_at,
        pick(
            ['quality', 'quality', 'quality', 'price', 'delivery', 'service', 'assortment'],
            u('topic', review_id)
        ) as topic,
        0.6 + 0.8 * product_quality(lines.product_no) + normal(u('mood', review_id)) as mood,
        case when mood < -0.4 then -1 when mood < 0.3 then 0 else 1 end as sentiment,
        3 + sentiment * (1 + (u('stars', review_id) < 0.6)::int) as rating,
        -- Some write about what they did not buy here.
        u('verified', review_id) < 0.95 as is_verified
    from story.order_lines as lines
    inner join story.customers on lines.customer_id = customers.customer_id
    where lines.ordered_at >= window_start() and lines.ordered_at < window_end()
        and lines.product_kind = 'merchandise' and lines.cancelled_at is null and not lines.is_guest
        and u('reviews', lines.order_id, lines.line_number) < 0.015
)
select
    reviewed.*,
    pick(openers.phrases, u('title', review_id)) as title,
    pick(opinions.phrases, u('body', review_id)) as opinion,
    pick(opinions.phrases, u('body again', review_id)) as same_again
from reviewed
inner join said as openers
    on openers.kind = 'opener'
    and reviewed.sentiment = openers.sentiment
    and reviewed.language_code = openers.language_code
inner join said as opinions
    on opinions.kind = 'opinion'
    and reviewed.topic = opinions.topic
    and reviewed.sentiment = opinions.sentiment
    and reviewed.language_code = opinions.language_code
"""

# Who edits a review thinks a star less of the product than before.
_REVIEW_VERSIONS = """
select
    review_id,
    emitted_at,
    superseded_at,
    emitted_at as updated_at,
    reviewed_at,
    customer_id,
    case when is_verified then order_id end as order_id,
    sku,
    case when emitted_at = edited_at then greatest(1, rating - 1) else rating end as rating,
    title,
    case
        when opinion = same_again then sentence(opinion)
        else sentence(opinion) || ' ' || sentence(same_again)
    end as body,
    language_code,
    is_verified
from (
    select *, unnest(versions(reviewed_at, edited_at), recursive := true)
    from story.reviews
    where coalesce(edited_at, reviewed_at) >= window_start()
)
"""

_ANSWERS = """
with answered as (
    select
        orders.order_id as answer_id,
        orders.order_id,
        orders.customer_id,
        orders.store_id,
        case when u('survey', answer_id) < 0.85 then 'post_purchase' else 'relationship' end as survey,
        orders.ordered_at + to_seconds(
            86400 + below(345600, u('answered', answer_id))
            + case survey when 'relationship' then 1728000 else 0 end
        ) as answered_at,
        language_of(customers.country_code) as language_code,
        least(10, greatest(0, floor(
            8.0 + store_service(stores.store_no) + 2.0 * normal(u('score', answer_id))
            + case customers.customer_type when 'loyal' then 0.8 when 'bargain' then -0.5 else 0 end
        )))::int as score,
        case when score >= 9 then 1 when score >= 7 then 0 else -1 end as sentiment,
        pick(
            ['service', 'service', 'assortment', 'price', 'delivery', 'quality'], u('about', answer_id)
        ) as topic,
        u('comments', answer_id) < 0.4 as has_comment
    from story.orders
    inner join story.customers on orders.customer_id = customers.customer_id
    inner join story.stores on orders.store_id = stores.store_id
    where orders.ordered_at >= window_start() and orders.ordered_at < window_end()
        and orders.cancelled_at is null and not orders.is_guest
        and u('answers', orders.order_id) < 0.07
)
select
    answered.*,
    case when has_comment then sentence(pick(said.phrases, u('comment', answer_id))) end as comment_text
from answered
inner join said
    on said.kind = 'opinion'
    and answered.topic = said.topic
    and answered.sentiment = said.sentiment
    and answered.language_code = said.language_code
"""

_ANSWERED = """
select
    answer_id,
    answered_at as updated_at,
    answered_at,
    customer_id,
    case survey when 'post_purchase' then order_id end as order_id,
    store_id,
    survey,
    score,
    comment_text,
    answered_at as emitted_at
from story.nps_answers
where answered_at >= window_start()
"""

_CHATS = """
with begun as (
    select
        orders.order_id as chat_id,
        orders.order_id,
        case when not orders.is_guest then orders.customer_id end as customer_id,
        language_of(customers.country_code) as language_code,
        coalesce(orders.cancelled_at, orders.ordered_at)
            + to_seconds(3600 + below(1728000, u('asks after', chat_id))) as started_at,
        started_at + to_seconds(60 + exponential(1 / 900.0, u('talks', chat_id))::bigint) as ended_at,
        case
            when orders.cancelled_at is not null then 'refund'
            when orders.session_id is null
                then pick(['refund', 'defect', 'payment', 'account'], u('asks', chat_id))
            else pick(
                ['delivery', 'delivery', 'delivery', 'refund', 'refund', 'defect', 'payment', 'account'],
                u('asks', chat_id)
            )
        end as topic,
        case when u('tone', chat_id) < 0.45 then -1 when u('tone', chat_id) < 0.9 then 0 else 1 end
            as sentiment,
        u('resolved', chat_id) < case when u('tone', chat_id) < 0.45 then 0.65 else 0.88 end
            as is_resolved,
        pick(['chat', 'chat', 'chat', 'email', 'phone'], u('by', chat_id)) as channel,
        printf('A%02d', 1 + below(40, u('agent', chat_id))) as agent_id,
        2 + 2 * poisson(1.5, u('messages', chat_id)) as message_count,
        5 + exponential(1 / 90.0, u('waits', chat_id))::bigint as first_response_second_count,
        case
            when u('rates', chat_id) < 0.4
                then least(5, greatest(1, floor(
                    3.5 + is_resolved::int + 0.7 * sentiment + 0.8 * normal(u('satisfied', chat_id))
                )))::int
        end as satisfaction_score
    from story.orders
    inner join story.customers on orders.customer_id = customers.customer_id
    where orders.ordered_at >= window_start() and orders.ordered_at < window_end()
        and u('chats', orders.order_id) < case
            when orders.cancelled_at is not null then 0.3 when orders.session_id is null then 0.01 else 0.06
        end
)
select
    begun.*,
    pick(questions.phrases, u('question', chat_id)) as question,
    pick(answers.phrases, u('answer', chat_id)) as answer
from begun
inner join said as questions
    on questions.kind = 'question'
    and begun.topic = questions.topic
    and begun.sentiment = questions.sentiment
    and begun.language_code = questions.language_code
inner join said as answers
    on answers.kind = 'answer'
    and case when begun.is_resolved then 1 else -1 end = answers.sentiment
    and begun.language_code = answers.language_code
"""

# Known as it begins, and again when it is over.
_CHAT_VERSIONS = """
select
    chat_id,
    emitted_at,
    superseded_at,
    emitted_at = over_at as is_over,
    emitted_at as updated_at,
    started_at,
    case when is_over then over_at end as ended_at,
    customer_id,
    order_id,
    channel,
    agent_id,
    case when is_over then message_count else 1 end as message_count,
    case when is_over then first_response_second_count end as first_response_second_count,
    is_over and is_resolved as is_resolved,
    case when is_over then satisfaction_score end as satisfaction_score,
    'Customer: ' || question || case when is_over then chr(10) || 'Agent: ' || answer else '' end
        as transcript
from (
    select
        * rename (ended_at as over_at),
        unnest(versions(started_at, ended_at), recursive := true)
    from story.support_chats
    where ended_at >= window_start()
)
"""

_TRUTHS = {
    "review_topics": "select review_id, topic, sentiment from story.reviews",
    "nps_topics": "select answer_id, topic, sentiment, has_comment from story.nps_answers",
    "chat_topics": "select chat_id, topic, sentiment, is_resolved from story.support_chats",
    "product_quality": "select sku, product_quality(product_no) as quality from story.products",
    "store_service": "select store_id, store_service(store_no) as service from story.stores",
}


def tell(story: Story) -> None:
    """Let the window's customers speak, some of them weeks later."""
    story.sql(_SAID.format(file=literal(str(_PHRASES))))
    for macro in _MACROS:
        story.sql(macro)
    story.save("reviews", _REVIEWS)
    story.save("nps_answers", _ANSWERS)
    story.save("support_chats", _CHATS)
    story.emit("voice.reviews", _REVIEW_VERSIONS)
    story.emit("voice.nps_answers", _ANSWERED)
    story.emit("voice.support_chats", _CHAT_VERSIONS)
    for subject, select in _TRUTHS.items():
        story.truth(subject, select)
