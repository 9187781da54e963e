"""Decide which network addresses an event may be sent to; pure, after the name was resolved."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")

_NOT_PUBLIC_4 = (
    IPv4Network("100.64.0.0/10"),  # carrier-grade NAT, RFC 6598
    IPv4Network("192.0.0.0/24"),  # protocol assignments, RFC 6890
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526
    IPv4Network("198.18.0.0/15"),  # benchmarks, RFC 2544
)
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # protocol assignments; Teredo 2001::/32 carries any IPv4, RFC 4380
    IPv6Network("2001:db8::/32"),  # documentation, RFC 3849
    IPv6Network("2002::/16"),  # 6to4 carries any IPv4, RFC 3056
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


def parse(text: str) -> Address:
    """Return the address of a socket name; an IPv4-mapped one as the IPv4 address it means."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Say whether the operator listed the address; such an address needs no other permission."""
    return any(address in network for network in networks if network.version == address.version)


def is_public(address: Address) -> bool:
    """Say whether the address is an ordinary host on the public internet.

    IPv4 by exclusion, IPv6 by inclusion: whatever lies outside 2000::/3 is refused, as are the
    forms which smuggle an IPv4 address (Teredo, 6to4); NAT64 counts as the address it carries.
    """
    if isinstance(address, IPv4Address):
        return _is_public_4(address)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return _is_public_4(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST and not any(address in network for network in _NOT_PUBLIC_6)


def _is_public_4(address: IPv4Address) -> bool:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return not special and not any(address in network for network in _NOT_PUBLIC_4)
