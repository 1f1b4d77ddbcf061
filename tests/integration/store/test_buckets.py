"""Pictures in a bucket, over a real connection to moto's S3 server: requests that fail, many at once, many objects."""

import threading
import traceback
from collections.abc import Iterator
from itertools import count

import pytest
from tests.buckets import KEYS, Bucket, bucket_server, one_in

from scenedex.config import read_settings
from scenedex.errors import (
    DiskFullError,
    NotFoundError,
    ObjectStoreRefusedError,
    ObjectStoreUnreachableError,
    StoreError,
    UsageError,
)
from scenedex.store.buckets import bucket_error
from scenedex.store.objects import AT_ONCE, PAGE, ObjectStore, key_of

WAIT_S = 60


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with bucket_server() as running:
        yield running


def opened(bucket: Bucket, patience_s: float = 60.0) -> ObjectStore:
    return ObjectStore(bucket.location, endpoint=bucket.between.url, patience_s=patience_s)


def pictures(count: int) -> list[bytes]:
    return [f"picture {number}".encode() for number in range(count)]


def endless() -> Iterator[bytes]:
    return (f"picture {number}".encode() for number in count())


class Gate:
    """Lets requests through once `wanted` of them wait, and knows the most that ever did."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.waiting, self.most = wanted, 0, 0
        self.changed = threading.Condition()

    def __call__(self, method: str, path: str) -> None:
        with self.changed:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: self.most >= self.wanted, WAIT_S)
            self.waiting -= 1


def test_a_picture_is_one_request_each_way_and_one_object_however_often_it_is_put(bucket: Bucket) -> None:
    objects = opened(bucket)
    key = objects.put(b"picture")
    assert bucket.names() == {f"a/library/{key}"}
    assert objects.get(key) == b"picture"
    assert bucket.between.calls == {"PUT": 1, "GET": 1}
    assert objects.put(b"picture") == key
    assert len(bucket.names()) == 1
    assert objects.path_or_none(key) is None
    with pytest.raises(NotFoundError, match="no picture"):
        objects.get(key_of(b"another", ".jpg"))


def test_what_is_put_again_is_young_again(bucket: Bucket) -> None:
    objects = opened(bucket)
    kept, old = objects.put(b"kept"), objects.put(b"old")
    bucket.make_old()
    objects.put(b"kept")
    assert objects.sweep(set()) == 1
    assert bucket.names() == {f"a/library/{kept}"}
    assert old not in str(bucket.names())


def test_one_request_in_five_fails_and_nothing_is_missing_or_left(bucket: Bucket) -> None:
    bucket.between.trouble = one_in(5, seed=1)
    objects = opened(bucket)
    data = pictures(100)
    with objects.writing() as writing:
        keys = [writing.put(each) for each in data]
    assert bucket.names() == {f"a/library/{key}" for key in keys}
    assert list(objects.get_all(keys)) == data
    found = list(objects.get_many([keys[0], key_of(b"another", ".jpg"), keys[1]]))
    assert [type(each) for each in found] == [bytes, NotFoundError, bytes]
    assert bucket.between.failed > len(data) / 10
    more = [key_of(each, ".jpg") for each in pictures(4 * PAGE)[len(data) :]]
    bucket.fill(more)
    bucket.make_old()
    assert objects.sweep(set(keys), older_than_s=86_400) == len(more)
    assert bucket.names() == {f"a/library/{key}" for key in keys}


def test_a_listing_of_many_and_their_removal_are_few_requests(bucket: Bucket) -> None:
    keys = [key_of(each, ".jpg") for each in pictures(PAGE + 1)]
    bucket.fill(keys)
    objects = opened(bucket)
    under = {key for key in keys if key.startswith("44/")}
    assert 0 < objects.sweep(set(), older_than_s=-60, under="44") == len(under)
    bucket.fill(under)
    bucket.between.calls.clear()
    assert objects.sweep(set(), older_than_s=-60) == PAGE + 1
    assert bucket.between.calls == {"GET": 2, "POST": 2}
    assert bucket.names() == set()


def test_pictures_are_written_side_by_side_and_one_that_comes_twice_once(bucket: Bucket) -> None:
    gate = bucket.between.trouble = Gate(AT_ONCE)
    with opened(bucket).writing() as writing:
        for each in [*pictures(3 * AT_ONCE), *pictures(3 * AT_ONCE)]:
            writing.put(each)
    assert gate.most == AT_ONCE
    assert len(bucket.names()) == 3 * AT_ONCE
    assert bucket.between.calls == {"PUT": 3 * AT_ONCE}


def test_pictures_are_read_side_by_side_in_their_order(bucket: Bucket) -> None:
    objects, data = opened(bucket), pictures(3 * AT_ONCE)
    with objects.writing() as writing:
        keys = [writing.put(each) for each in data]
    gate = bucket.between.trouble = Gate(AT_ONCE)
    assert list(objects.get_all(keys)) == data
    assert gate.most == AT_ONCE


def test_no_more_is_held_than_is_on_its_way(bucket: Bucket) -> None:
    gate = bucket.between.trouble = Gate(10**6)
    taken: list[str] = []

    def write() -> None:
        with opened(bucket).writing() as writing:
            taken.extend(writing.put(each) for each in pictures(4 * AT_ONCE))

    thread = threading.Thread(target=write)
    thread.start()
    with gate.changed:
        assert gate.changed.wait_for(lambda: gate.most == AT_ONCE, WAIT_S)
    assert len(taken) <= AT_ONCE
    with gate.changed:
        gate.wanted = 0
        gate.changed.notify_all()
    thread.join(WAIT_S)
    assert len(taken) == 4 * AT_ONCE
    assert len(bucket.names()) == 4 * AT_ONCE


def test_a_picture_that_cannot_be_put_ends_the_writing(bucket: Bucket) -> None:
    bucket.between.trouble = lambda method, path: 503
    with (
        pytest.raises(ObjectStoreUnreachableError, match="keeps failing"),
        opened(bucket, 0.2).writing() as writing,
    ):
        writing.put(b"one")
    with (
        pytest.raises(ObjectStoreUnreachableError, match="keeps failing"),
        opened(bucket, 0.2).writing() as writing,
    ):
        list(map(writing.put, endless()))  # told before the end


def message(bucket: Bucket, patience_s: float = 0.2) -> tuple[type[Exception], str]:
    """What is said to somebody who puts a picture; no traceback of it has a secret."""
    with pytest.raises(StoreError) as caught:
        opened(bucket, patience_s).put(b"picture")
    shown = "".join(traceback.format_exception(caught.value))
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in shown
    assert KEYS["AWS_ACCESS_KEY_ID"] not in shown
    assert "Signature=" not in shown
    return caught.type, str(caught.value)


def test_a_store_that_refuses_says_what_to_check_and_no_key(bucket: Bucket) -> None:
    between = bucket.between
    between.trouble = lambda method, path: 403
    between.body = (
        b"<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIDOFTHETESTS</AWSAccessKeyId>"
        b"<StringToSign>AWS4-HMAC-SHA256 Signature=abc</StringToSign></Error>"
    )
    kind, said = message(bucket)
    assert kind is ObjectStoreRefusedError
    assert said.startswith(
        "The object store s3://pictures/a/library refuses access (403 SignatureDoesNotMatch): check "
    )
    assert between.calls["PUT"] == 1  # no second attempt will do
    between.trouble, between.body = lambda method, path: 301, b"<Error><Code>PermanentRedirect</Code></Error>"
    assert "set AWS_REGION" in message(bucket)[1]
    between.trouble, between.body = lambda method, path: 400, b""
    assert "refuses the request (400): check SCENEDEX_OBJECTS" in message(bucket)[1]


def test_a_bucket_that_is_not_there_is_named(bucket: Bucket) -> None:
    objects = ObjectStore("s3://elsewhere/x", endpoint=bucket.between.url)
    for call in (
        lambda: objects.put(b"x"),
        lambda: objects.get(key_of(b"x", ".jpg")),
        lambda: objects.sweep(set()),
    ):
        with pytest.raises(ObjectStoreRefusedError, match="There is no bucket 'elsewhere'"):
            call()


def test_a_store_that_does_not_answer_is_said_in_a_sentence(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.between.trouble = lambda method, path: 503
    kind, said = message(bucket)
    assert (kind, "keeps failing (503)" in said) == (ObjectStoreUnreachableError, True)
    bucket.between.trouble = lambda method, path: "drop"
    kind, said = message(bucket)
    assert (kind, "cannot be reached (the connection breaks)" in said) == (ObjectStoreUnreachableError, True)
    for url, reason in (
        ("http://127.0.0.1:1", "connection refused"),
        ("http://no-such-host.invalid", "its name is not known"),
    ):
        with pytest.raises(ObjectStoreUnreachableError) as caught:
            ObjectStore(bucket.location, endpoint=url, patience_s=0.2).put(b"x")
        assert f"s3://pictures/a/library cannot be reached ({reason})" in str(caught.value)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Error performing PUT http://169.254.169.254/latest/api/token: status code: 403", "no credentials"),
        ("kind: Timeout, source: TimedOut", "does not answer in time"),
        ("invalid peer certificate: UnknownIssuer", "certificate is not trusted"),
        ("Something new https://host/key?X-Amz-Signature=abc\nDebug source", "does not take or give this"),
    ],
)
def test_what_a_client_says_becomes_a_sentence(said: str, expected: str) -> None:
    told = str(bucket_error(OSError(said), "s3://pictures"))
    assert expected in told
    assert "Signature" not in told
    assert "\n" not in told
    assert isinstance(bucket_error(OSError("No space left on device"), "/folder"), DiskFullError)


@pytest.mark.parametrize("location", ["s3://KEY:hidden@bucket/x", "s3://bucket/x?secret=hidden"])
def test_keys_do_not_belong_into_the_location(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="AWS_SECRET_ACCESS_KEY") as caught:
        ObjectStore(location)
    assert "hidden" not in str(caught.value)
    monkeypatch.setenv("SCENEDEX_OBJECTS", location)
    with pytest.raises(UsageError, match="SCENEDEX_OBJECTS: write it without keys") as refused:
        read_settings()
    assert "hidden" not in str(refused.value)


def test_an_endpoint_that_is_no_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "minio:9000")
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL_S3: a URL that begins with"):
        read_settings()
