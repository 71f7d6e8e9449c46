"""Quota, spike arrest and concurrency at the gateway, by credentials and by address."""

from __future__ import annotations

import json
import re
import resource
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest

from app.errors import ServiceUnavailableError, TooManyRequestsError
from tests.fixtures.gateway import describe_problem

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from tests.fixtures.gateway import Gateway, StartGateway
    from tests.fixtures.processes import Server

pytestmark = pytest.mark.checklist("input.gateway")

ME: Final = "/api/v1/me"
# What the configuration says: how many at once, and how many a second from then on.
SPIKE: Final = (101, 50)
QUOTA: Final = (201, 20)
ADDRESS: Final = (201, 100)
ONE_CALLER_AT_A_TIME: Final = 25
ONE_ADDRESS_AT_A_TIME: Final = 50

HEAD: Final = "Host: localhost\r\n"
LINE: Final = f"GET {ME} HTTP/1.1\r\n{HEAD}"
# The gateway says that it goes on with a body once it has let the request in.
HELD: Final = f"POST {ME} HTTP/1.1\r\n{HEAD}Content-Length: 2\r\nExpect: 100-continue\r\n"
MANY_IDLE: Final = 2600
SLOW: Final = 8


@pytest.fixture
def gateway(start_gateway: StartGateway) -> Gateway:
    """Return a gateway whose app is away: what it lets through is 503 at once."""
    return start_gateway()


def send_at_once(gateway: Gateway, all_credentials: list[str]) -> bytes:
    """Send a request for each of *all_credentials* in one piece; return all answers."""
    requests = [f"{LINE}Authorization: Bearer {each}\r\n\r\n" for each in all_credentials]
    # HTTP/1.0 ends with its answer.
    last = requests.pop().replace("HTTP/1.1", "HTTP/1.0")
    return gateway.exchange("".join([*requests, last]).encode())


def ask_at_once(gateway: Gateway, all_credentials: list[str]) -> list[int]:
    """Send a request for each of *all_credentials* in one piece; return how each is answered."""
    received = send_at_once(gateway, all_credentials)
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def most(limit: tuple[int, int], seconds: float) -> float:
    """Return how many a limit lets through in so long a time."""
    at_once, a_second = limit
    return at_once + a_second * seconds + 1


def test_a_burst_of_one_caller_is_429(gateway: Gateway) -> None:
    started = time.monotonic()
    answers = ask_at_once(gateway, ["first"] * 400)
    assert answers.count(503) <= most(SPIKE, time.monotonic() - started)
    assert answers.count(503) + answers.count(429) == 400
    assert 429 in answers
    # Somebody else is somebody else, at the same address, too.
    assert ask_at_once(gateway, ["second"] * 50) == [503] * 50


def test_a_refusal_says_when_to_come_back(gateway: Gateway) -> None:
    last = send_at_once(gateway, ["own"] * 400).rpartition(b"HTTP/1.1 429 ")[2]
    head, _, body = last.decode().partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    assert json.loads(body) == describe_problem(TooManyRequestsError(1), headers["X-Request-ID"])
    time.sleep(int(headers["Retry-After"]))
    assert ask_at_once(gateway, ["own"]) == [503]


def test_a_quota_holds_for_who_never_makes_a_burst(gateway: Gateway) -> None:
    started = time.monotonic()
    served = refused = 0
    # A steady 80 a second, which spike arrest alone would let through at 50.
    while served <= most(QUOTA, seconds := time.monotonic() - started) and seconds < 6:
        answers = ask_at_once(gateway, ["steady"] * 20)
        served, refused = served + answers.count(503), refused + answers.count(429)
        time.sleep(0.25)
    assert served <= most(QUOTA, time.monotonic() - started)
    assert refused > 0


def test_made_up_credentials_are_bounded_by_the_address(gateway: Gateway) -> None:
    started = time.monotonic()
    answers = [
        status
        for batch in range(3)
        for status in ask_at_once(gateway, [f"{batch}-{number}" for number in range(300)])
    ]
    assert answers.count(503) <= most(ADDRESS, time.monotonic() - started)
    assert 429 in answers
    gateway.client = "127.0.0.2"
    assert ask_at_once(gateway, ["elsewhere"]) == [503]


def test_who_sends_no_credentials_is_counted_by_address(gateway: Gateway) -> None:
    last = f"GET / HTTP/1.0\r\n{HEAD}\r\n"
    answers = gateway.exchange(f"{LINE}\r\n".encode() * 400 + last.encode())
    assert b"HTTP/1.1 429 " in answers
    # Nor can anybody use up what belongs to an address by writing it into the header.
    forged = f"{LINE}Authorization: 127.0.0.2\r\n\r\n".encode() * 400
    gateway.exchange(forged + last.encode())
    gateway.client = "127.0.0.2"
    assert b"HTTP/1.1 429 " not in gateway.exchange(f"{LINE}\r\n".encode() * 50 + last.encode())


def hold(gateway: Gateway, credentials: str) -> socket.socket:
    """Begin a request and leave it open."""
    connection = gateway.connect()
    connection.sendall(f"{HELD}Authorization: Bearer {credentials}\r\n\r\n".encode())
    return connection


def begin(gateway: Gateway, stack: ExitStack, all_credentials: Iterator[str]) -> list[bytes]:
    """Begin a request for each of *all_credentials*; return how the gateway greets each."""
    held = [stack.enter_context(hold(gateway, each)) for each in all_credentials]
    return [connection.recv(65_536)[:12] for connection in held]


GOES_ON, REFUSED = b"HTTP/1.1 100", b"HTTP/1.1 503"


def test_requests_of_one_caller_at_a_time_are_bounded(gateway: Gateway) -> None:
    with ExitStack() as stack:
        one = iter(["one"] * ONE_CALLER_AT_A_TIME)
        assert begin(gateway, stack, one) == [GOES_ON] * ONE_CALLER_AT_A_TIME
        assert begin(gateway, stack, iter(["one"])) == [REFUSED]
        answer = gateway.ask("GET", ME, Authorization="Bearer one")
        problem = describe_problem(ServiceUnavailableError(), answer.headers["X-Request-ID"])
        assert json.loads(answer.body) == problem
        assert begin(gateway, stack, iter(["another"])) == [GOES_ON]
    assert begin_again(gateway)


def begin_again(gateway: Gateway) -> bool:
    """Tell whether the caller is let in again, once the gateway has seen that the others left."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with ExitStack() as stack:
            if begin(gateway, stack, iter(["one"])) == [GOES_ON]:
                return True
    return False


def test_requests_of_one_address_at_a_time_are_bounded(gateway: Gateway) -> None:
    with ExitStack() as stack:
        made_up = (str(number) for number in range(ONE_ADDRESS_AT_A_TIME))
        assert begin(gateway, stack, made_up) == [GOES_ON] * ONE_ADDRESS_AT_A_TIME
        assert begin(gateway, stack, iter(["one more"])) == [REFUSED]
        gateway.client = "127.0.0.2"
        assert begin(gateway, stack, iter(["elsewhere"])) == [GOES_ON]


@pytest.mark.parametrize("network", ["2001:db8:1:2::{}", "2001:db8:1::{}", "2001:db8::2:3:4:{}"])
def test_the_addresses_of_a_household_are_one(start_gateway: StartGateway, network: str) -> None:
    gateway = start_gateway(is_behind_balancer=True)
    with ExitStack() as stack:
        for number in range(1, ONE_ADDRESS_AT_A_TIME + 1):
            gateway.client = network.format(f"{number:x}")
            assert begin(gateway, stack, iter([str(number)])) == [GOES_ON]
        gateway.client = network.format("ffff")
        assert begin(gateway, stack, iter(["one more"])) == [REFUSED]
        gateway.client = "2001:db8:9:9::1"
        assert begin(gateway, stack, iter(["elsewhere"])) == [GOES_ON]


def test_clients_that_say_nothing_or_drip_delay_nobody(
    start_gateway: StartGateway, server: Server
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = MANY_IDLE + 400
    if hard < room:
        pytest.skip("this machine lets a process have too few connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, room), hard))
    gateway = start_gateway(server.port)
    gateway.client = "127.0.0.3"
    with ExitStack() as stack:
        waiting = [stack.enter_context(gateway.dial()) for _ in range(MANY_IDLE)]
        for number in range(SLOW):
            waiting.append(stack.enter_context(hold(gateway, f"slow {number}")))
            waiting[-1].recv(65_536)
            waiting[-1].sendall(b"{")
            waiting.append(stack.enter_context(gateway.connect()))
            waiting[-1].sendall(f"GET {ME} HTTP/1.1\r\nHost: loc".encode())
        gateway.client = "127.0.0.4"
        assert gateway.ask("GET", ME).status == 401
        # They still wait: the answer did not come because they had to go.
        assert [each for each in waiting if is_closed(each)] == []
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return not connection.recv(1)
    except (BlockingIOError, OSError):
        return False


def test_nobody_is_waited_for_longer_than_ten_seconds(gateway: Gateway) -> None:
    with ExitStack() as stack:
        silent = stack.enter_context(gateway.dial())
        half_a_head = stack.enter_context(gateway.connect())
        half_a_head.sendall(f"GET {ME} HTTP/1.1\r\nHost: loc".encode())
        half_a_body = stack.enter_context(hold(gateway, "slow"))
        half_a_body.recv(65_536)
        half_a_body.sendall(b"{")
        for connection in (silent, half_a_head, half_a_body):
            # It would raise TimeoutError.
            assert connection.recv(65_536) == b""
