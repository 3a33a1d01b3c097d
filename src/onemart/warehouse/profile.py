"""The chosen target of `profiles.yml`, the file by which dbt finds the same warehouse."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml

from onemart.errors import UsageError
from onemart.project import Shop

__all__ = ["Target", "read_target"]


@dataclass(frozen=True)
class Target:
    """One output of the profile.

    Attributes
    ----------
    settings : dict
        As dbt reads them, environment variables filled in.
    """

    name: str
    settings: dict[str, Any]

    @property
    def is_bigquery(self) -> bool:
        """Whether it is BigQuery or its emulator."""
        return bool(self.settings["type"] == "bigquery")


def read_target(root: Path, shop: Shop, name: str) -> Target:
    """Return the target called `name`.

    Read without dbt, whose import alone takes seconds.

    Raises
    ------
    UsageError
        If there is no such target, or it asks for an environment variable that is not set.
    """
    path = root / "profiles.yml"
    outputs = yaml.safe_load(path.read_text())["onemart"]["outputs"]
    if name not in outputs:
        raise UsageError(f"There is no target '{name}' in {path}.", f"Use one of {_told(outputs)}.")
    known = {**os.environ, "ONEMART_SHOP": shop.name}

    def env_var(variable: str, default: str | None = None) -> str:
        value = known.get(variable, default)
        if value is None:
            raise UsageError(
                f"Target '{name}' needs the environment variable {variable}.", "Set it."
            )
        return value

    templates = jinja2.Environment(autoescape=False)  # noqa: S701  (no HTML)
    settings = {
        key: templates.from_string(value).render(env_var=env_var)
        if isinstance(value, str)
        else value
        for key, value in outputs[name].items()
    }
    return Target(name, settings)


def _told(outputs: dict[str, Any]) -> str:
    return ", ".join(outputs)
