"""Send events to names that a resolver answers with whatever helps an attacker; print what came.

    python -m tests.rebinding FOLDER     (in a process of its own: it changes networks)

FOLDER holds `all.pem`, key and certificate for the names that are used.
"""

import json
import ssl
import sys
from pathlib import Path

from tests.own_network import Host, Names, NoNamespaceError, add_addresses, enter
from workers.webhook.transport import send

BODY = b'{"type":"job.succeeded"}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PUBLIC, PUBLIC_6 = "223.5.5.5", "2400:3200::1"
INSIDE = ("127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::5", "64:ff9b::7f00:1",
          "2002:7f00:1::1", "2001:0:7f00:1::1")  # fmt: skip
"""Where something listens that nobody outside may reach."""
NAMES = {
    "steady.test": [[PUBLIC]],
    "six.test": [[PUBLIC_6]],
    "rebind.test": [[PUBLIC], ["127.0.0.1"]],
    "back.test": [["10.0.0.5"], [PUBLIC]],
    "private.test": [["10.0.0.5"]],
    "metadata.test": [["169.254.169.254"]],
    "loopback6.test": [["::1"]],
    "local6.test": [["fd00::5"]],
    "mapped.test": [["::ffff:127.0.0.1"]],
    "nat64.test": [["64:ff9b::7f00:1"]],
    "sixtofour.test": [["2002:7f00:1::1"]],
    "teredo.test": [["2001:0:7f00:1::1"]],
    "linklocal.test": [["fe80::1"]],
    "unspecified.test": [["0.0.0.0"]],
    "mixed.test": [[PUBLIC, "10.0.0.5"]],
    "mixed6.test": [[PUBLIC, "fd00::5"]],
    "alias.test": [["=private.test"]],
    "xn--fsqu00a.test": [["127.0.0.1"]],
    "nothing.test": [[]],
    "away.test": [[PUBLIC]],
}
"""Name → the answers it gives, one after another; `=` is another name."""
WRITTEN = (
    *("2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "0.0.0.0", "[::]", "localhost"),
    *("LOCALHOST", "[::1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "10.0.0.5"),
    *(
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "167772165",
        "localhost.",
    ),
)
"""Addresses as hosts of URLs."""


def main(folder: Path) -> None:
    """Make the network, send to every name twice and to every spelling, and tell what happened."""
    try:
        enter(folder)
        add_addresses([PUBLIC, PUBLIC_6, *INSIDE[1:3], *INSIDE[4:]])
    except (NoNamespaceError, OSError) as error:
        print(json.dumps({"skip": str(error)}))
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "all.pem")
    elsewhere = b"HTTP/1.1 307 Away\r\nLocation: https://private.test/\r\nContent-Length: 0\r\n\r\n"
    names = Names(NAMES)
    public = {address: Host(address, context, OK) for address in (PUBLIC, PUBLIC_6)}
    inside = {address: Host(address, context, OK) for address in INSIDE}

    def sent(host: str) -> str:
        attempt = send(
            f"https://{host}/", BODY, {}, timeout_s=20, allow_networks=[],
            ssl_context=ssl.create_default_context(cafile=folder / "all.pem"),
        )  # fmt: skip
        return attempt.error or "delivered"

    outcomes: dict[str, list[str]] = {}
    asked: dict[str, int] = {}
    for name in NAMES:
        if name == "away.test":
            public[PUBLIC].answer = elsewhere
        before = len(names.asked)
        first = sent(name)
        asked[name] = len(names.asked) - before
        outcomes[name] = [first, sent(name)]
    print(
        json.dumps(
            {
                "outcomes": outcomes,
                "asked": asked,
                "written": {host: sent(host) for host in WRITTEN},
                "rooted": sent("private.test."),
                "inside": {address: host.connected for address, host in inside.items()},
                "public": [request.decode() for request in public[PUBLIC].requests],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
