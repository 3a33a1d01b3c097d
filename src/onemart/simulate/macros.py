"""What the simulator's SQL is written in: random numbers that are pure functions, and money.

A number is a hash of seed, stream and ids, so it depends on no order of rows, no thread and no earlier
number: any part of the story can be told again alone, and comes out equal.
"""

import duckdb

__all__ = ["CYCLE_DAYS", "create_macros"]

CYCLE_DAYS = 14
"""Days from one filling of a shelf to the next."""

# Terms of the Poisson distribution that are summed; above the mean that they serve, the normal one does.
_TERMS = 14
_LARGEST_SUMMED_MEAN = 4

_MACROS = """
create or replace macro u(stream, a) as
    ((hash(hash(hash(stream || '@{seed}'), a::bigint)) >> 12)::double + 0.5) * 2.220446049250313e-16,
(stream, a, b) as
    ((hash(hash(hash(stream || '@{seed}'), a::bigint, b::bigint)) >> 12)::double + 0.5)
    * 2.220446049250313e-16,
(stream, a, b, c) as
    ((hash(hash(hash(stream || '@{seed}'), a::bigint, b::bigint, c::bigint)) >> 12)::double + 0.5)
    * 2.220446049250313e-16;

-- A whole number below n.
create or replace macro below(n, u) as least(floor(u * n)::bigint, n - 1);
create or replace macro pick(items, u) as items[1 + below(len(items), u)];
create or replace macro exponential(rate, u) as -ln(u) / rate;

-- The normal quantile by Acklam's rational approximation, relative error below 1.2e-9.
create or replace macro normal_tail(q) as
    (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q
        - 2.549732539343734e+00) * q + 4.374664141464968e+00) * q + 2.938163982698783e+00)
    / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q
        + 3.754408661907416e+00) * q + 1.0);
create or replace macro normal_middle(q, r) as
    (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
        + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239e+00) * q
    / (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
        + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1.0);
create or replace macro normal(u) as
    case
        when u < 0.02425 then normal_tail(sqrt(-2 * ln(u)))
        when u > 0.97575 then -normal_tail(sqrt(-2 * ln(1 - u)))
        else normal_middle(u - 0.5, (u - 0.5) * (u - 0.5))
    end;
create or replace macro poisson(mean, u) as
    case
        when u <= exp(-mean) then 0
        when mean > {largest} then greatest(0, floor(mean + sqrt(mean) * normal(u) + 0.5))::bigint
        {poisson_terms}
        else {terms}
    end;

-- Half a cent is rounded up; the margin takes up what binary fractions miss.
create or replace macro cents(x) as cast(floor(x * 100 + 0.5000001) / 100 as decimal(12, 2));

create or replace macro round_cents(x) as floor(x + 0.5000001)::bigint;
create or replace macro money(whole_cents) as cast(whole_cents / 100 as decimal(12, 2));

-- Units of the reporting currency, EUR, for one of a currency: a level that swings, and a daily tremor.
create or replace macro fx_rate(currency, day) as
    case
        when currency = 'EUR' then 1.0
        else
            case currency when 'CHF' then 1.04 when 'GBP' then 1.16 else 0.93 end
            * (1 + 0.03 * sin(date_diff('day', date '2020-01-01', day) / 97.0 + ascii(currency))
                + 0.004 * normal(u('rate of exchange', ascii(currency), date_diff('day', date '2020-01-01', day))))
    end::decimal(18, 8);

-- The cycles in which a shelf is filled begin on another day for each shelf.
create or replace macro phase(store_no, product_no) as below({cycle_days}, u('phase', store_no, product_no));
create or replace macro cycle_no(store_no, product_no, day) as
    (date_diff('day', date '2000-01-01', day) + phase(store_no, product_no)) // {cycle_days};
create or replace macro cycle_start(store_no, product_no, cycle) as
    date '2000-01-01' + ({cycle_days} * cycle - phase(store_no, product_no))::int;

-- Weeks begin on Monday and are counted from one long ago.
create or replace macro week_no(day) as (date_diff('day', date '1999-12-27', day::date) // 7);
create or replace macro monday(week) as (date '1999-12-27' + (7 * week)::int);

-- Easter Sunday of a year, by Gauss.
create or replace macro easter_moon(year) as (19 * (year % 19) + 24) % 30;
create or replace macro easter(year) as
    make_date(year, 3, 22) + (
        easter_moon(year) + (2 * (year % 4) + 4 * (year % 7) + 6 * easter_moon(year) + 5) % 7
        - case
            when easter_moon(year) + (2 * (year % 4) + 4 * (year % 7) + 6 * easter_moon(year) + 5) % 7 = 35
                or (easter_moon(year) = 28 and (2 * (year % 4) + 4 * (year % 7) + 6 * easter_moon(year) + 5) % 7 = 6
                    and year % 19 > 10)
                then 7
            else 0
        end
    )::int;
-- The Friday after the fourth Thursday of November.
create or replace macro black_friday(year) as
    make_date(year, 11, 23) + ((11 - isodow(make_date(year, 11, 22))) % 7)::int;
"""


# More than a row of the story has.
_MOST_VERSIONS = 5


def _versions() -> str:
    """Return the macro that lists the versions of a row.

    Comparing each moment with each other takes a tenth of the time of sorting lists of them.
    """
    overloads = []
    for count in range(2, _MOST_VERSIONS + 1):
        moments = [f"moment_{number}" for number in range(count)]
        versions = []
        for number, moment in enumerate(moments):
            later = ", ".join(
                f"case when {other} > {moment} then {other} end"
                for other in moments
                if other != moment
            )
            known = (
                f"case when {moment} in ({', '.join(moments[:number])}) then null else {moment} end"
            )
            versions.append(
                f"{{'emitted_at': {known if number else moment}, 'superseded_at': least({later})}}"
            )
        overloads.append(f"({', '.join(moments)}) as [{', '.join(versions)}]")
    return f"create or replace macro versions{', '.join(overloads)}"


def create_macros(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create the macros in `connection`, their random numbers drawn from `seed`.

    `u(stream, a[, b[, c]])` is uniform in (0, 1); `stream` is a literal that names what is drawn, the rest
    whole numbers that name whom for. The others turn such a number into another distribution.
    `versions(placed_at, cancelled_at)` lists the versions of a row with two to five moments; that of a moment
    which is unknown, or the same as another, has no `emitted_at`.
    """
    summed, term, lines = "1", "1.0", []
    for count in range(1, _TERMS):
        term = f"{term} * mean / {count}"
        summed = f"{summed} + {term}"
        lines.append(f"when u <= exp(-mean) * ({summed}) then {count}")
    connection.execute(
        _MACROS.format(
            seed=int(seed),
            cycle_days=CYCLE_DAYS,
            largest=_LARGEST_SUMMED_MEAN,
            terms=_TERMS,
            poisson_terms="\n        ".join(lines),
        )
    )
    connection.execute(_versions())
