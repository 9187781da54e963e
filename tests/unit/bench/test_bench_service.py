"""What the service is held against is done as the service does it."""

import os
import sys

import pytest

import bench.__main__
from bench import service
from schemas.environment import Confinement


def test_documents_are_opened_alike_with_the_service_and_without_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOUJI_CONFINEMENT", "off")
    seen = []

    def measured(documents: int) -> dict[str, float]:
        seen.append((documents > 0, Confinement().confinement, os.environ["GOUJI_CONFINEMENT"]))
        return {}

    monkeypatch.setattr(service, "measure_overhead", measured)
    monkeypatch.setattr(sys, "argv", ["bench", "service", "--part", "overhead"])
    assert bench.__main__.main() == 0
    usual = str(Confinement.model_fields["confinement"].default)
    assert seen == [(True, usual, usual)]
    assert "overhead" in capsys.readouterr().out
