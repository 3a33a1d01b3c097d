"""Who buys: accounts, the persons and households behind them, and where they live.

Saves `customers` (one row per account) and `moves` (one row per account and home, the first one included);
emits commerce.customers and commerce.addresses; its truth is `customers`.
"""

from onemart.simulate.engine import Story

__all__ = ["AHEAD_DAYS", "REFERRED_RATE", "tell"]

AHEAD_DAYS = 10
"""How far beyond the window accounts are known that join: others may hear of them before."""

REFERRED_RATE = 1.3
"""How many times as often the referred order as others would."""

# 40 % of the accounts of the first window are there from the start; the others join one by one, and go on
# to join at that pace. `attribute_id` is whose place, card and telephone number the account has.
_ACCOUNTS = """
create or replace temp table accounts as
with pace as (
    select
        case when {all_join} then 0 else floor(0.4 * customer_count())::bigint end as first_count,
        date_diff('day', first_day(), base_end()) as day_count
),
numbered as (
    select
        first_count,
        (customer_count() - first_count) / day_count as joins_per_day,
        unnest(range(
            case
                when window_start() = first_day() then 1
                else first_count + greatest(0, floor(joins_per_day * (date_diff('day', first_day(), window_start()) - 2)))::bigint + 1
            end,
            first_count + ceil(joins_per_day * (date_diff('day', first_day(), window_end()) + {ahead_days} + 2))::bigint + 2
        )) as customer_id
    from pace
),
placed as (
    select
        *,
        (customer_id - first_count - u('join', customer_id)) / joins_per_day as day_number
    from numbered
)
select
    customer_id,
    customer_id <= first_count as is_there_at_start,
    case
        when is_there_at_start
            then first_day() - to_seconds(below(730 * 86400, u('joined', customer_id)))
        -- In the hours in which people are awake, in the order of the numbers.
        else first_day() + to_days(floor(day_number)::int)
            + to_seconds(25200 + floor((day_number - floor(day_number)) * 50000)::bigint)
    end as joined_at
from placed
"""

# A second account is of an earlier one's person; a shared card is that of an earlier one's household.
_CUSTOMERS = """
with chosen as (
    select
        *,
        1 + below(customer_id, u('other', customer_id)) as other_id,
        case
            when {all_join} then 'alone'
            when u('tie', customer_id) < 0.03 then 'second account'
            when u('tie', customer_id) < 0.09 then 'shared card'
            else 'alone'
        end as tie
    from accounts
    where customer_id > 0 and (
        (joined_at >= window_start() and joined_at < window_end())
        or (is_there_at_start and window_start() = first_day())
    )
),
tied as (
    select
        *,
        -- Ties are one step long: the other one has none.
        tie <> 'alone' and other_id <> customer_id and u('tie', other_id) >= 0.09 as is_tied,
        case when is_tied and tie = 'second account' then other_id else customer_id end as person_id,
        case when is_tied then other_id else customer_id end as household_id
    from chosen
),
placed as (
    select
        *,
        case
            when u('country', household_id) < 0.52 then 'DE'
            when u('country', household_id) < 0.62 then 'AT'
            when u('country', household_id) < 0.73 then 'CH'
            when u('country', household_id) < 0.86 then 'GB'
            else 'US'
        end as country_code,
        case
            when u('type', customer_id) < 0.25 then 'loyal'
            when u('type', customer_id) < 0.50 then 'bargain'
            when u('type', customer_id) < 0.85 then 'occasional'
            else 'gifter'
        end as customer_type
    from tied
),
homes as (
    select
        country_code,
        list({{'store_id': store_id, 'city': city, 'state': state, 'effect': effect}} order by store_no)
            as homes
    from story.stores
    where channel = 'store' and opened_date <= first_day()::date
    group by country_code
),
settled as (
    select
        placed.*,
        pick(homes.homes, u('home', placed.household_id)) as home,
        pick(
            ['Anna', 'Ben', 'Clara', 'David', 'Elif', 'Felix', 'Greta', 'Hugo', 'Ines', 'Jonas', 'Kaja', 'Liam',
             'Mara', 'Noah', 'Olga', 'Paul', 'Rosa', 'Samir', 'Tilda', 'Yusuf'],
            u('first name', person_id)
        ) as first_name,
        pick(
            ['Adler', 'Bauer', 'Clark', 'Diaz', 'Evans', 'Fischer', 'Gruber', 'Huber', 'Ivanov', 'Jensen', 'Keller',
             'Lang', 'Moser', 'Novak', 'Olsen', 'Parker', 'Roth', 'Smith', 'Turner', 'Weber'],
            u('last name', household_id)
        ) as last_name
    from placed
    inner join homes using (country_code)
)
select
    customer_id,
    person_id,
    household_id,
    joined_at,
    is_there_at_start,
    -- Whoever is there at the start has lived until then; from then on, all die alike.
    greatest(joined_at, first_day()) + to_seconds(
        exponential(
            1 / (604800.0 * case customer_type
                when 'loyal' then 250 when 'bargain' then 120 when 'occasional' then 150 else 250 end),
            u('death', customer_id)
        )::bigint
    ) as dies_at,
    (
        case customer_type when 'loyal' then 0.36 when 'bargain' then 0.16 when 'occasional' then 0.07 else 0.055 end
        * exponential(2, u('rate', customer_id, 1)) + 0.02 * exponential(1, u('rate', customer_id, 2))
    ) * case when not {all_join} and u('acquired', customer_id) >= 0.9 then {referred_rate} else 1 end as weekly_rate,
    customer_type,
    case customer_type when 'bargain' then 1.6 when 'loyal' then 0.8 else 1.0 end
        * (0.7 + 0.6 * u('sensitivity', customer_id)) as price_sensitivity,
    case customer_type when 'loyal' then 6.0 when 'bargain' then 5.0 when 'occasional' then 4.2 else 3.3 end
        * (0.7 + 0.6 * u('basket', customer_id)) as basket_mean,
    home.store_id as home_store_id,
    home.effect as home_effect,
    -- Most are either shoppers in stores or online.
    case when u('online', customer_id) < 0.5 then 0.15 else 0.8 end * (0.4 + 0.6 * u('online share', customer_id))
        as online_share,
    country_code,
    home.city as city,
    home.state as state,
    case country_code when 'CH' then 'CHF' when 'GB' then 'GBP' when 'US' then 'USD' else 'EUR' end as currency_code,
    lower(first_name) || '.' || lower(last_name) || customer_id || '@example.'
        || pick(['com', 'net', 'org'], u('mail', customer_id)) as email,
    case
        when u('phone', person_id) < 0.7 then
            case country_code when 'DE' then '+49' when 'AT' then '+43' when 'CH' then '+41' when 'GB' then '+44' else '+1' end
            || printf('%010d', 1000000000 + person_id)
    end as phone,
    case when u('card', household_id) < 0.6 then printf('L%09d', household_id) end as loyalty_id,
    first_name || ' ' || last_name as full_name,
    u('marketing', customer_id) < 0.7 as accepts_marketing,
    u('abuse', person_id) < 0.01 as is_refund_abuser,
    u('fraud', person_id) < 0.003 as is_fraudster,
    pick(
        ['direct', 'organic_search', 'organic_search', 'paid_search', 'paid_search', 'paid_social', 'display',
         'affiliate', 'email', 'referral'],
        u('acquired', customer_id)
    ) as acquisition_channel,
    -- Referrers are earlier accounts, whoever they are.
    case
        when acquisition_channel = 'referral' and customer_id > 1
            then 1 + below(customer_id - 1, u('referrer', customer_id))
    end as referred_by,
    -- Some never make an account: all their orders are a guest's.
    {all_join} or u('account', customer_id) >= 0.04 as has_account,
    case when u('erased', customer_id) < 0.02 then dies_at + to_days(30 + below(300, u('erasure', customer_id))::int) end
        as erased_at
from settled
"""

# One in fifteen moves each year, to another city of the country where there is one.
_MOVES = """
with moments as (
    select
        customer_id,
        country_code,
        home_store_id,
        joined_at,
        erased_at,
        dies_at,
        unnest(range(4)) as move_no
    from story.customers
    where (
        (joined_at >= window_start() and joined_at < window_end())
        or (is_there_at_start and window_start() = first_day())
    )
),
dated as (
    select
        *,
        case
            when move_no = 0 then joined_at
            else greatest(joined_at, first_day())
                + to_seconds((86400 * 365 * 15 * (
                    exponential(1, u('stay', customer_id, 1))
                    + case when move_no > 1 then exponential(1, u('stay', customer_id, 2)) else 0 end
                    + case when move_no > 2 then exponential(1, u('stay', customer_id, 3)) else 0 end
                ))::bigint)
        end as moved_at
    from moments
),
homes as (
    select country_code, list({'store_id': store_id, 'city': city, 'state': state} order by store_no) as homes
    from story.stores
    where channel = 'store'
    group by country_code
)
select
    dated.customer_id,
    dated.move_no,
    dated.moved_at,
    case when dated.move_no = 0 then dated.home_store_id else pick(homes.homes, u('new home', dated.customer_id, dated.move_no)).store_id end
        as home_store_id
from dated
inner join homes using (country_code)
where dated.moved_at < least(dated.dies_at, coalesce(dated.erased_at, dated.dies_at)) or dated.move_no = 0
"""

_CUSTOMER_VERSIONS = """
with moments as (
    select customer_id, moved_at as changed_at, home_store_id, false as is_deleted
    from story.moves
    union all
    select
        customers.customer_id,
        customers.erased_at,
        null,
        true
    from story.customers
    where customers.has_account and customers.erased_at is not null
)
select
    customers.customer_id,
    moments.changed_at,
    customers.joined_at as created_at,
    case when not moments.is_deleted then customers.email end as email,
    case when not moments.is_deleted then customers.phone end as phone,
    case when not moments.is_deleted then customers.loyalty_id end as loyalty_id,
    case when moments.is_deleted then 'erased' else customers.full_name end as full_name,
    stores.city,
    stores.state,
    customers.country_code,
    moments.home_store_id,
    customers.accepts_marketing and not moments.is_deleted as accepts_marketing,
    moments.is_deleted,
    moments.changed_at as emitted_at
from moments
inner join story.customers on moments.customer_id = customers.customer_id
left join story.stores on moments.home_store_id = stores.store_id
where customers.has_account
"""

# A billing address for everybody, another one to ship to for some.
_ADDRESSES = """
select
    moves.customer_id * 2 + kinds.place as address_id,
    moves.moved_at as changed_at,
    moves.customer_id,
    kinds.address_kind,
    pick(['Lindenweg', 'High Street', 'Hauptstrasse', 'Park Lane', 'Rosengasse', 'Mill Road'],
        u('street', customers.household_id, moves.move_no, kinds.place))
        || ' ' || (1 + below(120, u('number', customers.household_id, moves.move_no, kinds.place))) as street,
    printf('%05d', 10000 + below(89999, u('postal', customers.household_id, moves.move_no, kinds.place)))
        as postal_code,
    stores.city,
    stores.state,
    customers.country_code,
    moves.moved_at as emitted_at
from story.moves
inner join story.customers on moves.customer_id = customers.customer_id
inner join story.stores on moves.home_store_id = stores.store_id
cross join (values (0, 'billing'), (1, 'shipping')) as kinds (place, address_kind)
where customers.has_account and (kinds.place = 0 or u('ships elsewhere', moves.customer_id) < 0.1)
"""

_TRUTH = """
select
    customer_id, person_id, household_id, joined_at, dies_at, weekly_rate, customer_type, price_sensitivity,
    basket_mean, online_share, is_refund_abuser, is_fraudster, acquisition_channel, referred_by, has_account
from story.customers
"""


def tell(story: Story, *, all_join: bool = False) -> None:
    """Let the window's customers join.

    With `all_join` none is there at the start, nobody has two accounts and nobody brings another.
    """
    plain = str(all_join).lower()
    story.sql(_ACCOUNTS.format(all_join=plain, ahead_days=AHEAD_DAYS))
    story.save("customers", _CUSTOMERS.format(all_join=plain, referred_rate=REFERRED_RATE))
    story.save("moves", _MOVES)
    story.emit("commerce.customers", _CUSTOMER_VERSIONS)
    story.emit("commerce.addresses", _ADDRESSES)
    if not all_join:
        story.truth("customers", _TRUTH)
