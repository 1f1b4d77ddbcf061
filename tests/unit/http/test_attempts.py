"""How often an address may come with a wrong key."""

from hypothesis import given
from hypothesis import strategies as st

from scenedex.http.attempts import Attempts, client_of


def test_the_last_attempt_is_followed_by_a_wait_that_is_true() -> None:
    attempts = Attempts(attempts=3, per_s=30)
    for _ in range(3):
        assert attempts.wait_s("a", 100.0) == 0
        attempts.failed("a", 100.0)
    assert attempts.wait_s("a", 100.0) == 10
    assert attempts.wait_s("a", 104.5) == 6
    assert attempts.wait_s("a", 110.0) == 0
    assert attempts.wait_s("b", 100.0) == 0
    attempts.failed("a", 110.0)
    assert attempts.wait_s("a", 110.0) == 10
    assert attempts.wait_s("a", 1e9) == 0


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 5)), max_size=80))
def test_no_client_fails_more_often_than_allowed_and_memory_is_bounded(
    tries: list[tuple[str, float]],
) -> None:
    attempts = Attempts(attempts=3, per_s=60, most=8)
    now, failed = 0.0, dict[str, list[float]]()
    for client, later in tries:
        now += later
        if attempts.wait_s(client, now) == 0:
            attempts.failed(client, now)
            failed.setdefault(client, []).append(now)
        assert len(attempts) <= 8
    for times in failed.values():
        for start in times:
            within = [time for time in times if start <= time <= start + 60]
            assert len(within) <= 3 + 3


def test_who_has_failed_least_lately_is_forgotten_first() -> None:
    attempts = Attempts(attempts=1, per_s=60, most=2)
    for client in ("a", "b", "a", "c"):
        attempts.failed(client, 0.0)
    assert [attempts.wait_s(client, 0.0) > 0 for client in ("a", "b", "c")] == [True, False, True]
    for n in range(1000):
        attempts.failed(str(n), 0.0)
    assert len(attempts) == 2


def test_a_client_is_an_address_or_a_network_of_64_bits() -> None:
    assert client_of(("192.0.2.7", 1234)) == "192.0.2.7"
    assert client_of(("2001:db8::1", 1)) == client_of(("2001:db8::ffff:1", 2)) == "2001:db8::/64"
    assert client_of(("2001:db8:0:1::1", 1)) != client_of(("2001:db8::1", 1))
    assert client_of(("::ffff:192.0.2.7", 1)) == "192.0.2.7"
    assert client_of(("fe80::1%eth0", 1)) == client_of(("fe80::2%eth0", 1))
    assert client_of(("testclient", 5)) == "testclient"
    assert client_of(None) == ""
