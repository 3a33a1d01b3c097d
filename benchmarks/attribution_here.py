"""Markov attribution of order 2 as the warehouse and the fit do it: attribution_here.py FILE."""

import resource
import sys
import time

import duckdb

from onemart.science.attribution.chain import make_chain
from onemart.science.attribution.removal import removal_effects

# The steps of all paths; equal paths are counted once.
STEPS = """
with paths as (
    select
        string_split(path, ' > ') as channels,
        len(channels) as touch_count,
        sum(conversion_count) as conversion_count,
        sum(lost_count) as lost_count
    from read_parquet('{file}')
    group by path
),
touches as (
    select *, unnest(range(1, touch_count + 1)) as place from paths
),
steps as (
    select
        case
            when place = 1 then channels[1]
            else concat(channels[place - 1], ' > ', channels[place])
        end as context,
        channels[place + 1] as next_step,
        conversion_count,
        lost_count
    from touches
)
select context, coalesce(next_step, '(conversion)') as next_step,
    sum(conversion_count + case when next_step is null then 0 else lost_count end) as step_count
from steps group by all having step_count > 0
union all
select context, '(null)', sum(lost_count)
from steps
where next_step is null
group by all
having sum(lost_count) > 0
union all
select '', channels[1], sum(conversion_count + lost_count) from paths group by all
"""


def main(file: str) -> None:
    """Count, solve, and print seconds, memory and effects."""
    started, worked = time.perf_counter(), time.process_time()
    steps = duckdb.connect().execute(STEPS.format(file=file)).df()
    effects = removal_effects(make_chain(steps))
    print(f"seconds\t{time.perf_counter() - started}")
    print(f"core_seconds\t{time.process_time() - worked}")
    print(f"peak_gib\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}")
    for row in effects.itertuples():
        print(f"effect {row.channel}\t{row.removal_effect}")


main(*sys.argv[1:])
