"""Which metric is a measure of which view, and which LookML cannot have, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onemart.lookml.definitions import Definitions
from onemart.lookml.facts import measures_of

__all__ = ["Placed", "place"]


@dataclass(frozen=True)
class Placed:
    """Where metrics go.

    Attributes
    ----------
    of_models : mapping of tuple of str to list of str
        The semantic models that metrics are made of, and these metrics.
    running : mapping of (str, str) to list of str
        Semantic model and window of cumulative metrics, and these metrics.
    left_out : mapping of str to str
        Metrics that LookML cannot have, each with the reason.
    """

    of_models: Mapping[tuple[str, ...], list[str]]
    running: Mapping[tuple[str, str], list[str]]
    left_out: Mapping[str, str]


def place(definitions: Definitions) -> Placed:
    """Return where each metric goes."""
    of_models: dict[tuple[str, ...], list[str]] = {}
    running: dict[tuple[str, str], list[str]] = {}
    left_out: dict[str, str] = {}
    for name, metric in definitions.metrics.items():
        problem = _problem(metric, definitions)
        if problem:
            left_out[name] = problem
        elif metric["type"] == "cumulative":
            [model] = measures_of(name, definitions).values()
            running.setdefault((model.name, _window(metric)), []).append(name)
        else:
            models = dict.fromkeys(model.name for model in measures_of(name, definitions).values())
            known = next((key for key in of_models if set(key) == set(models)), tuple(models))
            of_models.setdefault(known, []).append(name)
    return Placed(of_models, running, left_out)


def _problem(metric: Mapping[str, Any], definitions: Definitions) -> str:
    """Return why LookML cannot have a metric; empty where it can."""
    params = metric["type_params"]
    if metric["type"] == "conversion":
        return "it follows entities from one event to another, as no measure of LookML does"
    if metric["type"] == "cumulative":
        cumulative = params.get("cumulative_type_params") or {}
        if not (cumulative.get("window") or cumulative.get("grain_to_date")):
            return "it runs from the beginning of time, and each row would count for all later days"
        if metric["filter"] or params["measure"]["filter"]:
            return "it runs over days and is filtered"
    problems = [_problem_of_part(part, definitions) for part in _parts(metric)]
    if not any(problems):
        measures = measures_of(metric["name"], definitions)
        problems = [model.measures[name].problem for name, model in measures.items()]
    return next(filter(None, problems), "")


def _problem_of_part(part: Mapping[str, Any], definitions: Definitions) -> str:
    """Return why LookML cannot have a metric that is made of another one so."""
    name = part["name"]
    if part.get("offset_window") or part.get("offset_to_grain"):
        return f"it takes {name} of another time; its explore by period compares instead"
    below = _problem(definitions.metrics[name], definitions)
    if below:
        return f"it is made of {name}, and {below}"
    kind = definitions.metrics[name]["type"]
    if kind == "cumulative":
        return f"it is made of {name}, which runs over days"
    if part.get("filter") and kind != "simple":
        return f"it filters {name}, which is itself made of metrics"
    return ""


def _parts(metric: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    params = metric["type_params"]
    listed = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or [])]
    return [part for part in listed if part]


def _window(metric: Mapping[str, Any]) -> str:
    """Return the window of a cumulative metric, as `month` to date or `28 day`."""
    told = metric["type_params"]["cumulative_type_params"]
    if told.get("grain_to_date"):
        return str(told["grain_to_date"])
    window = told["window"]
    return f"{window['count']} {window['granularity']}"
