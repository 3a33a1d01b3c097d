"""Which metrics may be added up over slices and periods, so that a page can filter them."""

import re
from collections.abc import Iterable
from typing import Any

from onemart.errors import UsageError
from onemart.metrics.manifest import semantic_manifest
from onemart.portal.figures.cubes import Told
from onemart.portal.figures.declaration import Cube
from onemart.portal.reading import Reading

__all__ = ["adds_up", "check_adds_up"]

_SUM_OF_SUMS = re.compile(r"[a-z0-9_]+( [+-] [a-z0-9_]+)*")


def check_adds_up(reading: Reading, page: str, cube: Cube, told: Iterable[Told]) -> None:
    """Refuse a cube whose figures a page would add up although they do not add up.

    Raises
    ------
    UsageError
        Names the metric.
    """
    if cube.model or cube.is_exact:
        return
    aggregations = {
        measure["name"]: measure["agg"]
        for model in semantic_manifest(reading.project)["semantic_models"]
        for measure in model["measures"]
    }
    for one in told:
        if not one.ratio and not adds_up(one.name, reading.layer.metrics, aggregations):
            raise UsageError(
                f"{page}.yml: {one.name} does not add up, and cube {cube.name} would add it up.",
                "Give it a cube of its own, with `exact: true`.",
            )


def adds_up(name: str, metrics: dict[str, Any], aggregations: dict[str, str]) -> bool:
    """Tell whether a metric of two slices is the sum of theirs.

    Parameters
    ----------
    name : str
        The metric.
    metrics : dict
        All metrics of the manifest by name.
    aggregations : dict
        How each measure is aggregated.
    """
    metric = metrics[name]
    params = metric["type_params"]
    if metric["type"] == "simple":
        return aggregations[params["measure"]["name"]] == "sum"
    if metric["type"] == "derived":
        return bool(_SUM_OF_SUMS.fullmatch(params["expr"].strip())) and all(
            adds_up(part["name"], metrics, aggregations) for part in params["metrics"]
        )
    return False
