"""The supervisor looks after its servers from the first moment on."""

import threading
from pathlib import Path

import pytest

from gouji import embedded, serve


@pytest.mark.parametrize("moment", ["waiting to be ready", "ready"])
def test_a_server_that_dies_is_brought_back_at_any_time(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()
    looks: list[str] = []

    def keep_alive() -> None:
        looks.append("database")
        if len(looks) == 1:
            raise embedded.EmbeddedFailed("it is not there yet")
        stopped.set()

    server = embedded.Server(address="unix:///nowhere", keep_alive=keep_alive)
    monkeypatch.setattr(serve, "_answers", lambda options: False)
    monkeypatch.setattr(serve, "_LOOK_EVERY_S", 0.01)
    if moment == "ready":
        serve._look_after([server], [])
        serve._look_after([server], [])
    else:
        serve._await_ready(serve.Options(data=tmp_path), [server], [], stopped)
    assert len(looks) == 2
