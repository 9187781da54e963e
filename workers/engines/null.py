"""An engine that knows no models and reads nothing; for tests of everything around reading."""

from importlib.metadata import version

from schemas.record import Engine


class NullEngines:
    """Describes itself and recognises nothing."""

    def describe(self) -> Engine:
        """Return the versions written into every record."""
        return Engine(gouji=version("gouji"), ocr="null", models={})
