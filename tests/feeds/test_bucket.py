"""Deliveries from a bucket: fetched one by one, landed, and put where they end in the bucket."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import google_crc32c
import pytest
from tests.feeds.feed_project import HEADER, FeedProject, line

from onemart.errors import UsageError
from onemart.feeds.bucket import Bucket, open_bucket
from onemart.warehouse.duckdb import DuckdbWarehouse

LANDING = "shop/landing/corner/erp/orders/"


@dataclass
class Blob:
    """An object, with what the client says of it."""

    bucket: "Objects"
    name: str
    content: bytes
    generation: int
    updated: datetime = field(default_factory=lambda: datetime(2024, 3, 1, tzinfo=UTC))

    @property
    def crc32c(self) -> str:
        checksum: Any = google_crc32c.Checksum(self.content)
        return base64.b64encode(checksum.digest()).decode()

    def download_to_filename(self, path: str, *, if_generation_match: int) -> None:
        assert if_generation_match == self.generation
        Path(path).write_bytes(self.content)

    def upload_from_filename(self, path: str) -> None:
        self.bucket.put(self.name, Path(path).read_bytes())

    def delete(self, *, if_generation_match: int) -> None:
        assert if_generation_match == self.bucket.objects[self.name].generation
        del self.bucket.objects[self.name]


class Objects:
    """A bucket in memory; `history` is what was done to it."""

    def __init__(self) -> None:
        self.objects: dict[str, Blob] = {}
        self.generations = 0
        self.copied: list[tuple[str, str]] = []

    def put(self, name: str, content: str | bytes) -> None:
        self.generations += 1
        data = content.encode() if isinstance(content, str) else content
        self.objects[name] = Blob(self, name, data, self.generations)

    def list_blobs(self, *, prefix: str, delimiter: str = "") -> list[Blob]:
        return [
            blob
            for name, blob in sorted(self.objects.items())
            if name.startswith(prefix) and not (delimiter and delimiter in name[len(prefix) :])
        ]

    def get_blob(self, name: str) -> Blob | None:
        return self.objects.get(name)

    def blob(self, name: str) -> Blob:
        return Blob(self, name, b"", 0)

    def copy_blob(self, blob: Blob, _: "Objects", name: str, *, source_generation: int) -> None:
        assert source_generation == blob.generation
        self.copied.append((blob.name, name))
        self.put(name, blob.content)

    def delete_blob(self, name: str) -> None:
        del self.objects[name]


@pytest.fixture
def shop(tmp_path: Path) -> FeedProject:
    return FeedProject(tmp_path)


@pytest.fixture
def objects(shop: FeedProject, monkeypatch: pytest.MonkeyPatch) -> Objects:
    found = Objects()
    monkeypatch.setattr(
        DuckdbWarehouse, "landing_bucket", lambda *_: Bucket(shop.shop, found, "shop")
    )
    return found


def test_files_end_in_the_bucket_and_leave_this_machine(
    shop: FeedProject, objects: Objects
) -> None:
    shop.contract()
    objects.put(LANDING + "a.csv", HEADER + line(1))
    objects.put(LANDING + "b.csv", "order_id\n1\n")
    objects.put(LANDING + ".hidden", "x")
    objects.put(LANDING, "")
    objects.put("shop/landing/corner/crm/people/p.csv", "x")
    report = shop.land()
    accepted, rejected = shop.ledger()
    assert [(outcome.file_name, outcome.status) for outcome in report.outcomes] == [
        ("a.csv", "accepted"), ("b.csv", "rejected"),
    ]  # fmt: skip
    # The ledger's path is the object's, below the prefix.
    assert objects.copied == [
        (LANDING + "a.csv", f"shop/{accepted['file_path']}"),
        (LANDING + "b.csv", f"shop/{rejected['file_path']}"),
    ]
    assert sorted(objects.objects) == sorted(
        [
            *(name for _, name in objects.copied),
            LANDING,
            LANDING + ".hidden",
            "shop/landing/corner/crm/people/p.csv",
        ]
    )
    assert [path.parts[-2:] for path in report.strangers] == [("crm", "people")]
    assert not [path for path in shop.root.rglob("*.csv") if path.is_file()]


def test_killed_run_is_finished_without_fetching_again(
    shop: FeedProject, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.contract()
    objects.put(LANDING + "a.csv", HEADER + line(1))
    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "put_away", _killed)
        with pytest.raises(KeyboardInterrupt):
            shop.land()
    assert shop.ledger() == []
    with monkeypatch.context() as patch:
        # This time after the file was accepted, and before the bucket knew.
        calls = iter([None, KeyboardInterrupt()])
        original = Bucket.put_away

        def put_away(self: Bucket, contracts: Any) -> None:
            end = next(calls)
            if end:
                raise end
            original(self, contracts)

        patch.setattr(Bucket, "put_away", put_away)
        with pytest.raises(KeyboardInterrupt):
            shop.land()
    assert len(shop.ledger()) == 1
    assert LANDING + "a.csv" in objects.objects
    shop.land()
    [row] = shop.ledger()
    assert sorted(objects.objects) == [f"shop/{row['file_path']}"]


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_object_that_changed_meanwhile_is_a_delivery_of_its_own(
    shop: FeedProject, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.contract()
    objects.put(LANDING + "a.csv", HEADER + line(1))
    original = Bucket.fetch

    def fetch(self: Bucket, contract: Any, blob: Any) -> None:
        original(self, contract, blob)
        objects.put(LANDING + "a.csv", HEADER + line(2))

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "fetch", fetch)
        shop.land()
    [first] = shop.ledger()
    assert objects.objects[f"shop/{first['file_path']}"].content == (HEADER + line(1)).encode()
    shop.land()
    assert [row["status"] for row in shop.ledger()] == ["accepted", "accepted"]
    assert shop.raw("order_id") == [(1,), (2,)]


def test_marker_says_that_an_object_is_whole(shop: FeedProject, objects: Objects) -> None:
    shop.contract(complete={"when": "marker", "suffix": ".done"})
    objects.put(LANDING + "a.csv", HEADER + line(1))
    shop.land()
    assert shop.ledger() == []
    objects.put(LANDING + "a.csv.done", "")
    shop.land()
    [row] = shop.ledger()
    assert sorted(objects.objects) == [f"shop/{row['file_path']}"]


@pytest.mark.parametrize(
    "address,prefix,name",
    [
        ("gs://sales", "", "landing/x"),
        ("gs://sales/", "", "landing/x"),
        ("gs://sales/shops/one/", "shops/one", "shops/one/landing/x"),
    ],
)
def test_address_of_a_bucket(shop: FeedProject, address: str, prefix: str, name: str) -> None:
    class Client:
        def bucket(self, wanted: str) -> str:
            return wanted

    client: Any = Client()
    found = open_bucket(shop.shop, address, client)
    assert (found.bucket, found.prefix, found.name("landing", "x")) == ("sales", prefix, name)


def test_address_of_no_bucket(shop: FeedProject) -> None:
    client: Any = None
    with pytest.raises(UsageError, match="ONEMART_BIGQUERY_LANDING is 's3://sales'"):
        open_bucket(shop.shop, "s3://sales", client)
