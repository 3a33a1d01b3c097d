"""Wait for deliveries and take each into the marts, until somebody ends it."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from types import FrameType

import filelock

from onemart.build import Built, build
from onemart.errors import OnemartError, UsageError
from onemart.feeds.contract import Contract, load_contracts
from onemart.feeds.gate import Outcome, open_gate
from onemart.feeds.landing import find_files
from onemart.feeds.ledger import prepare_ledger
from onemart.project import Project, Shop
from onemart.warehouse import DEFAULT_TARGET, chosen_target, open_warehouse
from onemart.watch.hour import Hour, Watcher
from onemart.watch.warm_dbt import WarmDbt

__all__ = ["Listener", "Watch", "ending_on_signals", "hold_watch", "next_time"]

_PAUSE_SECONDS = 60
"""After trouble: what broke a round off would do so again at once."""


@dataclass(frozen=True)
class Listener:
    """Who is told.

    Attributes
    ----------
    on_outcome : callable
        Told how each file ended.
    on_hour : callable
        Told what a round came to, and when the first of its files arrived, in seconds since 1970.
    on_night : callable
        Told what a nightly build came to.
    on_trouble : callable
        Told what broke a round off; the watch goes on.
    """

    on_outcome: Callable[[Outcome], None]
    on_hour: Callable[[Hour, float], None]
    on_night: Callable[[Built], None]
    on_trouble: Callable[[OnemartError], None]


@contextmanager
def hold_watch(shop: Shop) -> Iterator[None]:
    """Let one watch at a time look at a shop.

    Raises
    ------
    UsageError
        If there is another one.
    """
    shop.lock.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(str(shop.lock.with_name(f"{shop.name}.watch.lock")))
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise UsageError(
            f"Another `onemart watch` looks at shop {shop.name} already.",
            "One is enough: it takes all that arrives. End it first to begin another.",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def ending_on_signals(told: Callable[[], None]) -> Iterator[Event]:
    """Set the event on the first Ctrl-C or SIGTERM; the next Ctrl-C breaks off what is at work."""
    end = Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if end.is_set():
            raise KeyboardInterrupt
        end.set()
        told()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Watch:
    """A watch over one shop, warm.

    Parameters
    ----------
    target : str, optional
        Of profiles.yml; by default the one in ONEMART_TARGET, else the DuckDB file.
    wait : float
        Seconds to wait for whoever holds the warehouse.
    """

    def __init__(
        self, project: Project, shop: Shop, *, target: str | None = None, wait: float = 120.0
    ) -> None:
        self.project, self.shop = project, shop
        self.target = chosen_target(target)
        self.wait = wait
        self.contracts: list[Contract] = load_contracts(project.contracts)[0]
        self.watcher = Watcher(WarmDbt(project, shop, self.target))
        # Imported now, not when the first file is judged.
        import onemart.feeds.gx  # noqa: F401, PLC0415

        self._ready_at = time.time()
        self._stayed: dict[str, float] = {}

    def warm_up(self) -> int:
        """Compile the tests; return how many there are."""
        try:
            return len(self.watcher.tests)
        finally:
            self.watcher.dbt.let_go()

    def arrivals(self) -> dict[str, float]:
        """Return the whole files in landing, with the time at which each arrived there.

        A file that the last round could not move, and nobody touched since, is not told again.
        """
        arrived: dict[str, float] = {}
        if self.target != DEFAULT_TARGET:
            with open_warehouse(self.shop, target=self.target) as warehouse:
                bucket = warehouse.landing_bucket(self.shop)
            if bucket is not None:
                blobs = (blob for contract in self.contracts for blob in bucket.waiting(contract))
                arrived = {blob.name: blob.updated.timestamp() for blob in blobs}
        for contract in self.contracts:
            for found in find_files(self.shop, contract):
                # Moved into the folder, a file keeps its time of writing, but not of its change.
                with suppress(FileNotFoundError):
                    if not found.waiting:
                        arrived[str(found.path)] = found.path.lstat().st_ctime
        return {file: at for file, at in arrived.items() if self._stayed.get(file) != at}

    def hour(self, on_outcome: Callable[[Outcome], None]) -> Hour:
        """Land, build and test what there is, then let others at the warehouse."""
        before = self.arrivals()
        try:
            with open_gate(
                self.project,
                self.shop,
                "onemart watch",
                on_step=lambda _step, _file: None,
                timeout=self.wait,
                target=self.target,
            ) as gate:
                return self.watcher.round(gate, on_outcome)
        finally:
            self.watcher.dbt.let_go()
            after = self.arrivals()
            self._stayed |= {file: at for file, at in before.items() if after.get(file) == at}

    def is_built(self) -> bool:
        """Tell whether every model that is built by the hour was ever built."""
        with open_warehouse(self.shop, target=self.target, timeout=self.wait) as warehouse:
            prepare_ledger(warehouse)
            return self.watcher.lineage.hourly <= self.watcher.lineage.behind(warehouse).seen.keys()

    def night(self) -> Built:
        """Build and test everything."""
        try:
            return build(self.project, self.shop, [], target=self.target)
        finally:
            self.watcher.dbt.let_go()

    def go_on(
        self, listener: Listener, end: Event, *, every: float, nightly: str | None = None
    ) -> None:
        """Look for files every so many seconds, until `end` is set.

        Parameters
        ----------
        nightly : str, optional
            The time of day, UTC and HH:MM, of the build of everything.
        """
        night_at = next_time(nightly, datetime.now(UTC)) if nightly else None
        if not self.is_built():
            listener.on_night(self.night())
        # The first round also builds what was published before, and is no file any more.
        is_due, pause = True, every
        while not end.is_set():
            try:
                if is_due:
                    arrived = self.arrivals().values()
                    since = max(min(arrived, default=time.time()), self._ready_at)
                    listener.on_hour(self.hour(listener.on_outcome), since)
                if night_at and nightly and datetime.now(UTC) >= night_at:
                    night_at = next_time(nightly, datetime.now(UTC))
                    listener.on_night(self.night())
                pause = every
            except OnemartError as error:
                listener.on_trouble(error)
                pause = max(every, _PAUSE_SECONDS)
            end.wait(pause)
            is_due = not end.is_set() and bool(self.arrivals())


def next_time(at: str, after: datetime) -> datetime:
    """Return the first moment behind `after` at which clocks in UTC show `at`, HH:MM.

    Raises
    ------
    UsageError
        If it is no time of day.
    """
    try:
        told = datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007  (a time of day)
    except ValueError as error:
        raise UsageError(f"'{at}' is no time of day.", "Use HH:MM, as in 03:30.") from error
    moment = datetime.combine(after.date(), told, UTC)
    return moment if moment > after else moment + timedelta(days=1)
