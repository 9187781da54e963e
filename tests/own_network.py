"""A network of this process's own, with a resolver and hosts at public and private addresses.

Nothing of it leaves the process: it lives in a network and a mount namespace made here, in which
the loopback device has all the addresses. So names are resolved by the system's own resolver, and
connections are real. Sources: unshare(2), netdevice(7), resolv.conf(5), RFC 1035.
"""

import ctypes
import fcntl
import os
import socket
import ssl
import struct
import threading
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, ip_address
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_NAMESPACES = 0x00020000 | 0x40000000  # mounts, network
_PRIVATE, _BIND = 1 << 18 | 16384, 4096
_SET_FLAGS, _SET_ADDRESS, _UP_AND_RUNNING = 0x8914, 0x8916, 0x49
_A, _AAAA, _CNAME = 1, 28, 5


class NoNamespaceError(Exception):
    """This machine lets nobody like us make a network of one's own."""


def enter(folder: Path) -> None:
    """Leave the machine's network for an empty one whose names are answered on 127.0.0.1."""
    if _LIBC.unshare(_NEW_NAMESPACES) < 0:
        raise NoNamespaceError(os.strerror(ctypes.get_errno()))
    _mount(None, Path("/"), _PRIVATE)
    for name, text in (
        ("resolv.conf", "nameserver 127.0.0.1\noptions timeout:5\n"),
        ("nsswitch.conf", "hosts: files dns\n"),
        ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    ):
        own, theirs = folder / name, Path("/etc", name).resolve()
        own.write_text(text)
        if theirs.exists():
            _mount(own, theirs, _BIND)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


def _mount(source: Path | None, target: Path, flags: int) -> None:
    told = os.fsencode(source) if source else None
    if _LIBC.mount(told, os.fsencode(target), None, flags, None) < 0:
        raise NoNamespaceError(os.strerror(ctypes.get_errno()))


def add_addresses(addresses: Sequence[str]) -> None:
    """Give the loopback device these addresses."""
    index = socket.if_nametoindex("lo")
    for number, text in enumerate(addresses):
        address = ip_address(text)
        if isinstance(address, IPv4Address):
            told = struct.pack("HH4s8x", socket.AF_INET, 0, address.packed)
            request = struct.pack("16s16s8x", f"lo:{number}".encode(), told)
            family = socket.AF_INET
        else:
            request = struct.pack("16sIi", address.packed, 128, index)
            family = socket.AF_INET6
        with socket.socket(family, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, _SET_ADDRESS, request)


class Names:
    """A name server: each name has answers that take turns, the last one for ever."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._left = {name: list(turns) for name, turns in answers.items()}
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(4096)
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode())
                at += query[at] + 1
            kind = struct.unpack_from("!H", query, at + 1)[0]
            name = ".".join(labels).lower()
            records = b"".join(self._records(name, kind))
            count = self._count
            head = query[:2] + struct.pack("!HHHHH", 0x8580, 1, count, 0, 0)
            self._socket.sendto(head + query[12 : at + 5] + records, sender)

    def _records(self, name: str, kind: int) -> list[bytes]:
        turns = self._left.get(name, [[]])
        now = turns[0]
        if kind == _A:
            self.asked.append(name)
            if len(turns) > 1:
                turns.pop(0)
        records = []
        for answer in now:
            if answer.startswith("="):  # another name
                other = answer.removeprefix("=")
                coded = b"".join(bytes([len(part)]) + part.encode() for part in other.split("."))
                records += [_record(b"\xc0\x0c", _CNAME, coded + b"\0")]
                records += [
                    _record(coded + b"\0", kind, packed)
                    for packed in _packed(self._left[other][0], kind)
                ]
        records += [_record(b"\xc0\x0c", kind, packed) for packed in _packed(now, kind)]
        self._count = len(records)
        return records


def _packed(answers: Sequence[str], kind: int) -> list[bytes]:
    addresses = [ip_address(answer) for answer in answers if not answer.startswith("=")]
    return [one.packed for one in addresses if (one.version == 4) == (kind == _A)]


def _record(name: bytes, kind: int, content: bytes) -> bytes:
    return name + struct.pack("!HHIH", kind, 1, 0, len(content)) + content


class Host:
    """A web server at one address that counts who connects and answers all alike."""

    def __init__(self, address: str, context: ssl.SSLContext, answer: bytes) -> None:
        self.connected = 0
        self.requests: list[bytes] = []
        self.answer = answer
        self._context = context
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 443), family=family)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            raw, _ = self._listener.accept()
            self.connected += 1
            try:
                with self._context.wrap_socket(raw, server_side=True) as connection:
                    self.requests.append(_request(connection))
                    connection.sendall(self.answer)
            except OSError:
                raw.close()


def _request(connection: ssl.SSLSocket) -> bytes:
    """Read a request to the end of its body: who closes before resets the connection."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    sizes = [
        line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    ]
    while len(body) < int(sizes[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
