"""What finance knows: rates of exchange, standard costs and budgets.

Emits commerce.fx_rates, erp.product_costs and erp.budgets, and makes the macro `unit_cost_at(product_no,
unit_cost, day)`, what a supplier asks for a unit on a day, in the reporting currency.
"""

from onemart.simulate.engine import Story

__all__ = ["tell"]

# Costs rise by 2 % a year, and each product's swings by the quarter.
_UNIT_COST_AT = """
create or replace macro unit_cost_at(product_no, unit_cost, day) as
    unit_cost * (1 + 0.02 * date_diff('day', date '2023-01-01', day) / 365.25)
    * (0.94 + 0.12 * u('cost', product_no, date_diff('quarter', date '2000-01-01', day)))
"""

# A central bank publishes in the afternoon of each weekday.
_FX_RATES = """
with days as (
    select unnest(range(case when window_start() = first_day() then first_day() - interval 7 days else window_start() - interval 1 day end, window_end(), interval 1 day))::date
        as rate_date
)
select
    rate_date,
    currency_code,
    'EUR' as reporting_currency_code,
    fx_rate(currency_code, rate_date) as rate,
    rate_date + to_hours(15) as updated_at,
    rate_date + to_hours(15) as emitted_at
from days
cross join (values ('CHF'), ('GBP'), ('USD')) as currencies (currency_code)
where isodow(rate_date) < 6
"""

# Each half-year has new standard costs. One in a hundred products has none; one cost in thirty is entered
# a tenth too low and put right five days later.
_PRODUCT_COSTS = """
with halves as (
    select unnest(range(
        date_trunc('year', first_day())::timestamp, window_end() + interval 40 days, interval 6 months
    ))::date as half_date
),
dated as (
    select
        products.product_no,
        products.sku,
        products.unit_cost,
        greatest(products.launched_date, first_day()::date) as shown_date,
        greatest(halves.half_date, shown_date) as valid_from_date,
        u('mistyped', products.product_no, year(halves.half_date) * 2 + month(halves.half_date) // 7) < 0.033
            as is_mistyped
    from story.products
    inner join halves
        on halves.half_date + interval 6 months > greatest(products.launched_date, first_day()::date)
        and (products.discontinued_date is null or halves.half_date < products.discontinued_date)
    where products.product_kind = 'merchandise' and u('no cost', products.product_no) >= 0.01
),
planned as (
    select
        *,
        greatest(shown_date, valid_from_date - 10) + to_hours(2)
            as entered_at,
        unnest(versions(entered_at, case when is_mistyped then entered_at + interval 5 days end)) as version
    from dated
)
select
    sku,
    valid_from_date,
    version.emitted_at as updated_at,
    round(
        unit_cost_at(product_no, unit_cost, valid_from_date)
        * case when is_mistyped and version.emitted_at = entered_at then 0.9 else 1 end,
        4
    ) as unit_cost_amount,
    'EUR' as currency_code,
    version.emitted_at,
    version.superseded_at
from planned
"""

# Planned in the middle of the month before, from what a shop of this size may expect; one plan in ten is
# revised when its month has begun.
_BUDGETS = """
with months as (
    select unnest(range(
        date_trunc('month', first_day())::timestamp, window_end() + interval 20 days, interval 1 month
    ))::date as budget_month_date
),
shares as (
    select
        store_no,
        store_id,
        opened_date,
        closed_date,
        case when channel = 'online' then 0.38 else 0.62 * effect / sum(effect) filter (channel = 'store') over () end
            as store_share
    from story.stores
),
planned as (
    select
        months.budget_month_date,
        shares.store_no,
        shares.store_id,
        categories.category_no,
        categories.category,
        -- Fifty lines a customer in three years, of 1.7 units: a plan is sanguine.
        1.7 * 50 / 36 * customer_count() * shares.store_share
            * categories.weight / sum(categories.weight) over (partition by months.budget_month_date, shares.store_no)
            * (1 + 0.5 * categories.peak_strength * exp(-pow((
                (month(months.budget_month_date) - 0.5) * 4.35 - categories.peak_week
            ) / 5.0, 2)))
            * (0.85 + 0.3 * u('plan', shares.store_no, categories.category_no, date_diff('month', date '2000-01-01', months.budget_month_date)))
            as units,
        -- Prices lean to the lower end, hold tax, and some of them are promotions.
        0.8 * categories.lowest_price * pow(categories.highest_price / categories.lowest_price, 0.4) as price,
        months.budget_month_date - 16 + to_hours(9) as planned_at,
        case
            when u('revised', shares.store_no, categories.category_no, date_diff('month', date '2000-01-01', months.budget_month_date)) < 0.1
                then months.budget_month_date + 4 + to_hours(9)
        end as revised_at
    from months
    cross join shares
    cross join story.categories
    where categories.department <> 'Vouchers'
        and months.budget_month_date + interval 1 month > shares.opened_date
        and (shares.closed_date is null or months.budget_month_date <= shares.closed_date)
),
versioned as (
    select *, unnest(versions(planned_at, revised_at)) as version
    from planned
),
revised as (
    select
        *,
        ceil(units * case when version.emitted_at = revised_at then 0.95 else 1 end)::bigint as unit_count
    from versioned
)
select
    budget_month_date,
    store_id,
    category,
    version.emitted_at as updated_at,
    cents(unit_count * price) as net_sales_amount,
    cents(unit_count * price * 0.36) as gross_margin_amount,
    unit_count,
    version.emitted_at,
    version.superseded_at
from revised
"""


def tell(story: Story) -> None:
    """Publish the window's rates, costs and plans."""
    story.sql(_UNIT_COST_AT)
    story.emit("commerce.fx_rates", _FX_RATES)
    story.emit("erp.product_costs", _PRODUCT_COSTS)
    story.emit("erp.budgets", _BUDGETS)
