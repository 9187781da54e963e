"""Only ordinary hosts of the public internet may be reached, however an address is written."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.webhook import address as guard

PUBLIC = [
    *("8.8.8.8", "223.5.5.5", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0"),
    *("2400:3200::1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"),
]

NOT_PUBLIC = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local, with the clouds' metadata": ["169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "carrier-grade NAT": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "192.0.0.1", "198.18.0.1", "192.0.2.1"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"],
    "IPv4-compatible": ["::127.0.0.1", "::10.0.0.1", "::8.8.8.8"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"],
    "6to4": ["2002:7f00:1::1", "2002:a00:1::", "2002:808:808::1"],
    "Teredo": ["2001:0:7f00:1::1", "2001::1"],
    "documentation": ["2001:db8::1", "3fff::1"],
    "site-local and others": ["fec0::1", "100::1", "5f00::1", "4000::1"],
}


@pytest.mark.parametrize("text", PUBLIC)
def test_public_address_may_be_reached(text: str) -> None:
    assert guard.is_public(guard.parse(text))


@pytest.mark.parametrize("text", [text for texts in NOT_PUBLIC.values() for text in texts])
def test_other_address_may_not(text: str) -> None:
    assert not guard.is_public(guard.parse(text))


@given(st.ip_addresses(v=4))
def test_mapping_an_address_changes_nothing(address: object) -> None:
    plain = guard.parse(str(address))
    assert guard.parse(f"::ffff:{address}") == plain
    translated = guard.parse(f"64:ff9b::{address}")
    assert guard.is_public(translated) == guard.is_public(plain)


def test_operator_may_list_networks() -> None:
    networks = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    allowed = ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1"]
    assert all(guard.is_allowed(guard.parse(text), networks) for text in allowed)
    refused = ["10.2.0.1", "fe80::1", "8.8.8.8"]
    assert not any(guard.is_allowed(guard.parse(text), networks) for text in refused)
