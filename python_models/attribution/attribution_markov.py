"""One row per order of the chain and channel group: what is lost without the channel.

Fit step of attribution. Input: `int_journey_steps_counted`, bounded by contexts, not by journeys.
"""

from onemart.frames import to_pandas
from onemart.science.attribution.markov import markov_effects


def model(dbt, session):
    dbt.config(materialized="table")
    steps = to_pandas(dbt.ref("int_journey_steps_counted"))
    return markov_effects(steps)
