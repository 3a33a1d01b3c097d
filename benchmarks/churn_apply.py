"""Measure how churn's scorecards are applied to `--customers` (default: 10 million) customers.

Each customer gets the features of one of the simulated shop's (`make demo`), drawn at random; the
scorecards are those fitted there. The models from the look-ups to the fact then run by dbt, one
after the other, in a copy of that shop, for both horizons, with DuckDB held to 2.5 GiB. Writes
benchmarks/README.md.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb
from marks import write_between_marks
from rich.console import Console
from topic import copy_shop, limit_memory, run_models

PAGE = Path(__file__).with_name("README.md")
MEMORY_LIMIT = "2560MiB"
SECONDS = 60
console = Console()

# The cases that tests were drawn from stay: they are scored with everyone, as every day.
FEATURES = """
create or replace table science.int_churn_features as
with known as (
    select
        features.* exclude (customer_id),
        row_number() over (order by features.customer_id) - 1 as number
    from science.int_churn_features as features
    inner join intermediate.int_business_dates_chosen as dates
        on features.cut_off_date = dates.business_date
),
customers as (
    select concat('c', n) as customer_id, hash(n) % (select count(*) from known) as number
    from range({customers}) as numbers(n)
)
select known.* exclude (number), customers.customer_id
from customers
inner join known on customers.number = known.number
union all by name
select features.*
from science.int_churn_features as features
inner join intermediate.int_business_dates_chosen as dates
    on features.cut_off_date < dates.business_date
"""
STEPS = {
    "what each value and cell adds": (
        "int_churn_scorecards",
        "int_churn_pair_bins",
        "int_churn_pair_cells",
        "int_churn_lookups",
    ),
    "scores and reasons": ("int_churn_features_scored", "int_churn_customers_scored"),
    "deciles": ("int_churn_score_bins", "int_churn_deciles"),
    "the fact": ("int_churn_reasons", "fct_customer_churn"),
}


def main() -> None:
    """Measure and write."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=10_000_000)
    customers = asked.parse_args().customers
    with tempfile.TemporaryDirectory(dir=PAGE.parents[1] / "warehouse") as name:
        folder = Path(name)
        warehouse = folder / "demo.duckdb"
        limit = f"set memory_limit = '{MEMORY_LIMIT}'"
        copy_shop(warehouse, [limit, FEATURES.format(customers=customers)])
        done = run_models(
            warehouse,
            [model for models in STEPS.values() for model in models],
            *("--threads", "1"),
            *limit_memory(folder, MEMORY_LIMIT),
        )
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            [(told,)] = connection.execute(
                "select count(*) from marts.fct_customer_churn"
            ).fetchall()
    if told != 2 * customers:
        raise SystemExit(f"{customers:,} customers have {told:,} predictions, not two each")
    shop = f"{customers / 1e6:g} M customers, two horizons"
    verdict = "met" if done.seconds <= SECONDS else "missed"
    used = f"{done.core_seconds:.1f} | {done.peak_gib:.1f}"
    rows = [
        f"| {shop} | {done.seconds:.1f} | {used} | {SECONDS}: {verdict} |",
        *(
            f"| {step} | {sum(done.by_model[model] for model in models):.1f} | | | |"
            for step, models in STEPS.items()
        ),
    ]
    write_between_marks(PAGE, {"churn_apply": rows})
    console.print("\n".join(rows), markup=False, highlight=False)


main()
