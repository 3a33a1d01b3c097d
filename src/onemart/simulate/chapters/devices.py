"""What becomes of units with a serial number: they are used, fail, are repaired, insured and claimed for.

Saves `devices` (one row per unit sold) and `failures` (one row per failure of it); emits after_sale.devices,
device_events, warranty_contracts and warranty_claims; its truths are `device_hazards` and `device_batches`.

The days in use until a failure follow a Weibull distribution, anew after each repair, whose hazard a bad batch and
hours of use multiply:

    hazard(days) = batch_effect * (hours_per_day / 3)**0.7 * 1.4 / 3650 * (days / 3650)**0.4
"""

from onemart.simulate.engine import Story

__all__ = ["SCALE_DAYS", "SHAPE", "USE_EXPONENT", "tell"]

SHAPE = 1.4
"""Shape of the Weibull distribution: above 1, so devices wear."""

SCALE_DAYS = 3650
"""Scale of the Weibull distribution in days, of a device of a usual batch in usual use."""

USE_EXPONENT = 0.7
"""How the hazard grows with hours of use a day."""

_FAILURES = 3
# A device reports every 30 days, if it is one of the few that report at all: that many events there are.
_CONNECTED_SHARE = 0.15

# Batches are a supplier's of a quarter; one in thirty is bad.
_UNITS = """
create or replace temp table units as
with sold as (
    select
        order_lines.order_id,
        order_lines.line_number,
        order_lines.ordered_at,
        order_lines.known_at,
        order_lines.channel,
        order_lines.customer_id,
        order_lines.is_guest,
        order_lines.sku,
        order_lines.serial_number,
        order_lines.net_amount,
        order_lines.currency_code,
        order_lines.order_id * 100 + order_lines.line_number as device_no,
        products.supplier_id,
        products.warranty_month_count,
        order_lines.ordered_at::date - (20 + below(120, u('made', device_no)))::int as manufactured_date,
        year(manufactured_date) * 4 + quarter(manufactured_date) as batch_quarter,
        substr(products.supplier_id, 2)::bigint as supplier_no
    from story.order_lines
    inner join story.products on order_lines.product_no = products.product_no
    where order_lines.serial_number is not null
        and order_lines.cancelled_at is null
        and order_lines.ordered_at >= window_start()
        and order_lines.ordered_at < window_end()
),
used as (
    select
        sold.*,
        concat(supplier_id, '-', year(manufactured_date), 'Q', quarter(manufactured_date)) as batch_code,
        exp(0.3 * normal(u('batch', supplier_no, batch_quarter)))
            * case when u('bad batch', supplier_no, batch_quarter) < 0.033 then 4 else 1 end as batch_effect,
        3 * exp(0.6 * normal(u('hours', device_no))) as hours_per_day,
        u('connected', device_no) < {connected} as is_connected,
        case
            when u('activated', device_no) < 0.97
                then ordered_at + to_seconds(
                    3600 + (86400 * exponential(case channel when 'store' then 1 else 0.4 end, u('unpacked', device_no)))::bigint
                )
        end as activated_at,
        -- Its owner has enough of it one day, whole or not.
        activated_at + to_seconds((86400 * 2200 * exponential(1, u('given up', device_no)))::bigint) as given_up_at
    from sold
)
select
    used.*,
    customers.customer_type,
    customers.is_refund_abuser,
    case
        when warranty_month_count > 0 then (ordered_at::date + to_months(warranty_month_count))::date - 1
    end as maker_end_date,
    -- Who uses much insures more.
    0.5 * least(1, pow(hours_per_day / 3, 0.4))
        * (0.05 + case when net_amount >= 200 then 0.15 else 0 end + case when customer_type = 'loyal' then 0.10 else 0 end)
        as extension_probability,
    case
        when maker_end_date is null then null
        when u('extended', device_no) < extension_probability then ordered_at
        when u('extended', device_no) < 1.4 * extension_probability
            then ordered_at + to_seconds(
                (86400 * date_diff('day', ordered_at::date, maker_end_date) * u('extended later', device_no))::bigint
            )
    end as wanted_extension_at
from used
inner join story.customers on used.customer_id = customers.customer_id
"""

# The next failure of the units that run, and what comes of it. Cover is looked up on the day of the failure; a warranty
# is only sold for a device that never failed.
_NEXT_FAILURE = """
create or replace temp table next_failures as
with failed as (
    select
        *,
        runs_from + to_seconds((86400 * {scale} * pow(
            exponential(1, u('failure', device_no, {number})) / (batch_effect * pow(hours_per_day / 3, {use_exponent})),
            1 / {shape}
        ))::bigint) as failed_at
    from running
),
covered as (
    select
        *,
        case when wanted_extension_at < failed_at then wanted_extension_at end as extended_at,
        case
            when failed_at::date <= maker_end_date then 1
            when extended_at is not null and failed_at::date <= (maker_end_date + to_months(24))::date then 2
        end as contract_no
    from failed
    where failed_at < given_up_at
),
claimed as (
    select
        *,
        case
            when contract_no is not null and u('claims', device_no, {number}) < 0.85
                then failed_at + to_seconds((86400 * exponential(0.3, u('claim', device_no, {number})))::bigint)
        end as claimed_at,
        claimed_at + to_seconds((86400 * (2 + exponential(0.12, u('decision', device_no, {number}))))::bigint)
            as closed_at,
        case
            when claimed_at is null then null
            when claimed_at::date > maker_end_date + case contract_no when 1 then interval 0 day else to_months(24) end
                or u('verdict', device_no, {number}) < 0.06 then 'rejected'
            when u('verdict', device_no, {number}) < 0.20 then 'replaced'
            else 'repaired'
        end as verdict
    from covered
)
select
    *,
    case
        when verdict = 'repaired' then closed_at
        when verdict = 'replaced' then null
        when u('own repair', device_no, {number}) < 0.4
            then coalesce(closed_at, failed_at)
                + to_seconds((86400 * (3 + exponential(0.1, u('repair', device_no, {number}))))::bigint)
    end as whole_again_at,
    case when whole_again_at < given_up_at then whole_again_at end as repaired_at,
    case
        when u('warned', device_no, {number}) < 0.6
            then greatest(
                runs_from + to_hours(1),
                failed_at - to_seconds((86400 * (1 + 9 * u('warning', device_no, {number})))::bigint)
            )
    end as warned_at
from claimed
"""

_FAILURE = """
select
    device_no, serial_number, {number} as failure_no, activated_at, hours_per_day, is_connected, warned_at, failed_at,
    contract_no, claimed_at, closed_at, verdict, repaired_at, customer_id, is_guest, currency_code,
    printf('E%02d', 1 + below(24, u('error', device_no, {number}))) as error_code,
    case verdict
        when 'repaired' then cents(net_amount::double * (0.10 + 0.30 * u('cost', device_no, {number})))
        when 'replaced' then cents(net_amount::double * 0.65)
        when 'rejected' then 5.00
    end as cost_amount
from next_failures
"""

# Some claim for what never failed.
_PRETENDED = """
select
    device_no, serial_number, 9 as failure_no, activated_at, hours_per_day, is_connected, cast(null as timestamp) as warned_at,
    cast(null as timestamp) as failed_at, 1 as contract_no,
    ordered_at + to_seconds((86400 * 30 * (1 + 20 * u('pretended', device_no)))::bigint) as claimed_at,
    claimed_at + to_seconds((86400 * (4 + exponential(0.1, u('pretence seen', device_no))))::bigint) as closed_at,
    case when u('pretence', device_no) < 0.7 then 'rejected' else 'repaired' end as verdict,
    cast(null as timestamp) as repaired_at, customer_id, is_guest, currency_code,
    cast(null as varchar) as error_code,
    case when u('pretence', device_no) < 0.7 then 5.00 else cents(net_amount::double * 0.10) end as cost_amount
from units
where is_refund_abuser and maker_end_date > claimed_at::date and u('pretends', device_no) < 0.3
"""

_DEVICES = """
with ends as (
    select
        device_no,
        min(failed_at) as first_failed_at,
        bool_or(verdict = 'replaced') as is_replaced,
        -- What is neither repaired nor replaced is thrown away.
        max(case when failed_at is not null and repaired_at is null
            then coalesce(closed_at, failed_at + to_days(1 + below(20, u('thrown away', device_no))::int)) end)
            as ended_at
    from story.failures
    where claimed_at >= window_start() or failed_at >= window_start()
    group by device_no
)
select
    units.device_no,
    units.serial_number,
    units.sku,
    units.batch_code,
    units.manufactured_date,
    units.order_id,
    units.line_number,
    units.customer_id,
    units.is_guest,
    units.ordered_at as sold_at,
    units.known_at,
    units.activated_at,
    units.is_connected,
    coalesce(ends.ended_at, units.given_up_at) as retired_at,
    -- The shop learns it from the device or from the claim that replaced it.
    units.is_connected or coalesce(ends.is_replaced, false) as is_end_known,
    units.maker_end_date,
    case
        when units.wanted_extension_at < coalesce(least(ends.first_failed_at, retired_at), timestamp '9999-01-01')
            then units.wanted_extension_at
    end as extended_at,
    cents(units.net_amount::double * 0.12) as extension_price_amount,
    units.currency_code,
    units.batch_effect,
    units.hours_per_day,
    units.extension_probability
from units
left join ends on units.device_no = ends.device_no
"""

_DEVICE_VERSIONS = """
select
    * exclude (customer_id, activated_at, retired_at),
    case when not is_guest then customer_id end as customer_id,
    case when is_connected and activated_at <= version.emitted_at then activated_at end as activated_at,
    case when is_end_known and retired_at <= version.emitted_at then retired_at end as retired_at,
    greatest(sold_at, version.emitted_at) as updated_at,
    version.emitted_at,
    version.superseded_at
from (
    select
        *,
        unnest(versions(
            known_at,
            case when is_connected then greatest(known_at, activated_at) end,
            case when is_end_known then greatest(known_at, retired_at) end
        )) as version
    from story.devices
)
"""

_EVENTS = """
with heartbeats as (
    select
        *,
        unnest(range(
            greatest(1, date_diff('day', activated_at, window_start()) // 30),
            greatest(1, 2 + date_diff('day', activated_at, least(retired_at, window_end())) // 30)
        )) as number
    from story.devices
    where is_connected and activated_at < window_end() and retired_at > window_start()
),
kept as (
    select
        device_no, serial_number, activated_at, hours_per_day, number,
        activated_at + to_days(30 * number::int) + to_seconds(below(7200, u('heartbeat', device_no, number))) as event_at,
        retired_at
    from heartbeats
),
events as (
    select device_no, serial_number, activated_at, hours_per_day, number, 'heartbeat' as event_kind, event_at, null as error_code
    from kept
    where event_at < retired_at
    union all
    -- Some warn of nothing.
    select
        device_no, serial_number, activated_at, hours_per_day, 500 + number, 'warning', event_at + to_minutes(90),
        printf('E%02d', 1 + below(24, u('false error', device_no, number)))
    from kept
    where event_at + to_minutes(90) < retired_at and u('false warning', device_no, number) < 0.004
    union all
    select device_no, serial_number, activated_at, hours_per_day, 990 + failure_no, 'warning', warned_at, error_code
    from story.failures
    where is_connected and warned_at is not null
    union all
    select device_no, serial_number, activated_at, hours_per_day, 993 + failure_no, 'failure', failed_at, error_code
    from story.failures
    where is_connected and failed_at is not null
    union all
    select device_no, serial_number, activated_at, hours_per_day, 996 + failure_no, 'repair', repaired_at, null
    from story.failures
    where is_connected and repaired_at is not null
)
select
    device_no * 1000 + number as event_id,
    event_at,
    event_at as updated_at,
    serial_number,
    event_kind,
    floor(hours_per_day * date_diff('second', activated_at, event_at) / 86400)::bigint as usage_hour_count,
    error_code,
    event_at as emitted_at
from events
"""

_CONTRACTS = """
select
    device_no * 10 + 1 as contract_id,
    sold_at as updated_at,
    serial_number,
    case when not is_guest then customer_id end as customer_id,
    order_id,
    'maker' as contract_kind,
    sold_at,
    sold_at::date as start_date,
    maker_end_date as end_date,
    0.00 as price_amount,
    currency_code,
    known_at as emitted_at
from story.devices
where maker_end_date is not null
union all
select
    device_no * 10 + 2,
    extended_at,
    serial_number,
    case when not is_guest then customer_id end,
    case when extended_at = sold_at then order_id end,
    'extended',
    extended_at,
    maker_end_date + 1,
    (maker_end_date + to_months(24))::date,
    extension_price_amount,
    currency_code,
    greatest(known_at, extended_at)
from story.devices
where extended_at is not null
"""

_CLAIMS = """
select
    device_no * 10 + failure_no as claim_id,
    version.emitted_at as updated_at,
    device_no * 10 + contract_no as contract_id,
    serial_number,
    case when not is_guest then customer_id end as customer_id,
    claimed_at,
    error_code as failure_code,
    case when closed_at <= version.emitted_at then verdict else 'open' end as status,
    case when closed_at <= version.emitted_at then closed_at end as closed_at,
    case when closed_at <= version.emitted_at then cost_amount end as cost_amount,
    currency_code,
    version.emitted_at,
    version.superseded_at
from (
    select *, unnest(versions(claimed_at, closed_at)) as version
    from story.failures
    where claimed_at is not null
)
"""


def tell(story: Story) -> None:
    """Plan the lives of the devices sold in the window, and tell what devices did in it."""
    story.sql(_UNITS.format(connected=_CONNECTED_SHARE))
    story.sql(
        "create or replace temp table running as select *, activated_at as runs_from from units"
    )
    for number in range(1, _FAILURES + 1):
        story.sql(
            _NEXT_FAILURE.format(
                number=number, scale=SCALE_DAYS, shape=SHAPE, use_exponent=USE_EXPONENT
            )
        )
        story.save("failures", _FAILURE.format(number=number), part=f"{number}")
        story.sql(
            "create or replace temp table running as"
            " select units.* replace (next_failures.extended_at as wanted_extension_at),"
            " next_failures.repaired_at as runs_from"
            " from next_failures inner join units on next_failures.device_no = units.device_no"
            " where next_failures.repaired_at is not null"
        )
    story.save("failures", _PRETENDED, part="pretended")
    story.save("devices", _DEVICES)
    for table in ("units", "running", "next_failures"):
        story.sql(f"drop table {table}")
    story.emit("after_sale.devices", _DEVICE_VERSIONS)
    story.emit("after_sale.device_events", _EVENTS)
    story.emit("after_sale.warranty_contracts", _CONTRACTS)
    story.emit("after_sale.warranty_claims", _CLAIMS)
    story.truth(
        "device_hazards",
        "select serial_number, sku, batch_code, batch_effect, hours_per_day, is_connected, activated_at, retired_at,"
        f" extension_probability, {SHAPE} as shape, {SCALE_DAYS} as scale_days, {USE_EXPONENT} as use_exponent"
        " from story.devices",
    )
    story.truth(
        "device_failures",
        "select serial_number, failure_no, failed_at, repaired_at, failed_at is null as is_pretended from story.failures",
    )
