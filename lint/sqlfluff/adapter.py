"""dbt's adapter: a dispatched macro becomes a function call of the same name."""

from collections.abc import Callable


def dispatch(macro_name: str, _package: str | None = None) -> Callable[..., str]:
    return lambda *arguments: f"{macro_name}({', '.join(str(argument) for argument in arguments)})"


def quote(identifier: str) -> str:
    return f'"{identifier}"'
