"""Where an owner's account may connect to."""

import pytest

from core.accounts.hosts import reached, reached_again
from core.accounts.rules import public
from core.errors import Invalid
from core.mail.transport import AccountProblem, Server


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  never bound here
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_addresses_of_ours_are_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "77.88.21.158", "2a02:6b8::1", "64:ff9b::808:808"])
def test_addresses_on_the_internet_are(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "169.254.169.254", "[::1]", "2130706433", "0x7f.1", "127.1", "::1"],
)
async def test_no_name_leads_an_owner_to_this_machine(host: str) -> None:
    with pytest.raises(Invalid):
        await reached(Server(host, 587))


async def test_only_ports_of_mail_servers_are_tried() -> None:
    with pytest.raises(Invalid, match="ports"):
        await reached(Server("8.8.8.8", 22))


async def test_what_was_looked_at_is_what_is_connected_to() -> None:
    assert (await reached(Server("8.8.8.8", 465))).address == "8.8.8.8"


async def test_an_account_in_use_is_looked_at_again() -> None:
    with pytest.raises(AccountProblem) as problem:
        await reached_again(Server("localhost", 587))
    assert problem.value.kind == "connect"
