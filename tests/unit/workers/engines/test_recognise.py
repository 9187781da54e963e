"""When the models are loaded: on the first page to be recognised, or at once where told."""

import pytest

from workers.engines import recognise


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Stand a bare value in for the models and count how often they are built."""
    times: list[bool] = []

    def build() -> object:
        times.append(True)
        return object()

    monkeypatch.setattr(recognise, "PaddleRecogniser", build)
    return times


def test_engines_are_described_without_their_models(built: list[bool]) -> None:
    assert recognise.PaddleEngines().describe().models
    assert not built


def test_models_are_loaded_once(built: list[bool]) -> None:
    engines = recognise.PaddleEngines()
    assert engines.recogniser is engines.recogniser
    assert built == [True]


def test_a_server_loads_them_at_once(built: list[bool]) -> None:
    recognise.build_engines()
    assert built == [True]
