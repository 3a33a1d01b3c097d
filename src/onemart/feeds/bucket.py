"""Landing in a bucket of Google Cloud Storage, for a shop whose warehouse is BigQuery.

The bucket has the folders of a project: `<prefix>/landing/<shop>/<source>/<feed>/<file>`, and
beside `landing` those of `archive` and `rejected`. One file at a time is fetched to the landing
folder of this machine and goes through the gate as any other; where it ends here, it is put in the
bucket, and then it leaves this machine. What a killed run left here is finished first, so each step
may be repeated.
"""

import base64
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import google_crc32c
from google.cloud import storage

from onemart.errors import UsageError
from onemart.feeds.contract import Contract
from onemart.feeds.gate import Outcome, Report
from onemart.feeds.landing import Found
from onemart.project import Shop

if TYPE_CHECKING:
    from onemart.feeds.gate import Gate

__all__ = ["Bucket", "open_bucket"]

_ADDRESS = re.compile(r"gs://([^/]+)/?(.*?)/*")
_CHUNK = 1 << 20
_new_checksum: Any = google_crc32c.Checksum


def open_bucket(shop: Shop, address: str, client: storage.Client) -> "Bucket":
    """Return the bucket at `gs://bucket/prefix`.

    Raises
    ------
    UsageError
        If the address is none of a bucket.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise UsageError(
            f"ONEMART_BIGQUERY_LANDING is '{address}'.",
            "Use gs://<bucket> or gs://<bucket>/<prefix>.",
        )
    return Bucket(shop, client.bucket(found[1]), found[2])


@dataclass
class Bucket:
    """The files of a shop in a bucket.

    Attributes
    ----------
    bucket : google.cloud.storage.Bucket
        Where they are.
    prefix : str
        What their names begin with, before `landing/`; may be empty.
    """

    shop: Shop
    bucket: Any
    prefix: str

    def name(self, *parts: str) -> str:
        """Return the full name of an object."""
        return "/".join(part for part in (self.prefix, *parts) if part)

    def waiting(self, contract: Contract) -> Iterator[Any]:
        """Yield the feed's objects in landing by name; a marker says that another one is whole."""
        folder = self.name("landing", self.shop.name, contract.source, contract.feed) + "/"
        told = contract.deliveries
        blobs = {
            blob.name.removeprefix(folder): blob
            for blob in self.bucket.list_blobs(prefix=folder, delimiter="/")
        }
        marker = told.marker_suffix if told.complete == "marker" else ""
        for file, blob in sorted(blobs.items()):
            is_marker = bool(marker) and file.endswith(marker)
            if file and file[0] != "." and not is_marker and file + marker in blobs:
                yield blob

    def strangers(self, contracts: list[Contract]) -> list[Path]:
        """Return the folders of objects in landing that belong to no feed."""
        folder = self.name("landing", self.shop.name) + "/"
        known = {(contract.source, contract.feed) for contract in contracts}
        found = {
            Path(blob.name).parent
            for blob in self.bucket.list_blobs(prefix=folder)
            if tuple(blob.name.removeprefix(folder).split("/")[:-1]) not in known
        }
        return sorted(found)

    def fetch(self, contract: Contract, blob: Any) -> None:
        """Bring one object to the feed's landing folder; it appears there when it is whole."""
        folder = self.shop.landing / contract.source / contract.feed
        folder.mkdir(parents=True, exist_ok=True)
        file = blob.name.rpartition("/")[2]
        part = folder / f".{file}.part"
        blob.download_to_filename(str(part), if_generation_match=blob.generation)
        # Its age is that of the object: a feed may wait until a file is quiet.
        moment = blob.updated.timestamp()
        os.utime(part, (moment, moment))
        part.replace(folder / file)
        if contract.deliveries.complete == "marker":
            (folder / (file + contract.deliveries.marker_suffix)).touch()

    def put_away(self, contracts: list[Contract]) -> None:
        """Move the files that ended on this machine to where they end in the bucket."""
        for ended, base in (("archive", self.shop.archive), ("rejected", self.shop.rejected)):
            for contract in contracts:
                feed = base / contract.source / contract.feed
                for path in sorted(feed.glob("*/*")):
                    where = (self.shop.name, contract.source, contract.feed)
                    target = self.name(ended, *where, path.parent.name, path.name)
                    self._put(path, self.name("landing", *where, path.name), target, contract)
                    path.unlink()
                    path.parent.rmdir()

    def _put(self, path: Path, source: str, target: str, contract: Contract) -> None:
        """Copy inside the bucket where landing still has the same bytes; else send them there."""
        landed = self.bucket.get_blob(source)
        if landed is not None and landed.crc32c == _checksum(path):
            self.bucket.copy_blob(landed, self.bucket, target, source_generation=landed.generation)
            landed.delete(if_generation_match=landed.generation)
            marker = source + contract.deliveries.marker_suffix
            if contract.deliveries.complete == "marker" and self.bucket.get_blob(marker):
                self.bucket.delete_blob(marker)
        elif self.bucket.get_blob(target) is None:
            self.bucket.blob(target).upload_from_filename(str(path))

    def land(
        self,
        gate: "Gate",
        *,
        on_start: Callable[[list[Found]], None],
        on_end: Callable[[Outcome], None],
    ) -> Report:
        """Take every object in landing through the gate, one at a time; as `gate.land`."""
        outcomes = self._take_those_here(gate, on_end)
        for contract in gate.contracts:
            blobs = list(self.waiting(contract))
            on_start([Found(contract, Path(blob.name)) for blob in blobs])
            for blob in blobs:
                self.fetch(contract, blob)
                outcomes += self._take_those_here(gate, on_end)
        return Report(outcomes, gate.contract_errors, self.strangers(gate.contracts))

    def _take_those_here(self, gate: "Gate", on_end: Callable[[Outcome], None]) -> list[Outcome]:
        outcomes = []
        for found in gate.files():
            gate.on_step("found", found.path.name)
            outcome = gate.take(found)
            if outcome.status == "waiting":
                # It stays in the bucket, where its vendor may still change it.
                found.path.unlink(missing_ok=True)
            outcomes.append(outcome)
            on_end(outcome)
        self.put_away(gate.contracts)
        return outcomes


def _checksum(path: Path) -> str:
    found: Any = _new_checksum()
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
    return base64.b64encode(found.digest()).decode()
