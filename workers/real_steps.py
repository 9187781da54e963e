"""The steps of reading with real models."""

from functools import cache

from workers import steps
from workers.engines.protocols import Engines
from workers.parts import Steps


def build() -> Steps:
    """Return the real steps; models are loaded at the first call of `engines`."""
    return Steps(
        inspect=steps.inspect_document,
        read_page=steps.read_page,
        assemble=steps.assemble_document,
        engines=_engines,
    )


@cache
def _engines() -> Engines:
    from workers.engines.recognise import build_engines

    return build_engines()
