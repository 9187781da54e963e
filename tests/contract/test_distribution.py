"""The rooms' names are short; nothing else that is installed may claim them."""

from importlib.metadata import packages_distributions

import pytest


@pytest.mark.parametrize("name", ["gouji", "api", "workers", "storage", "schemas"])
def test_a_room_belongs_to_this_distribution_alone(name: str) -> None:
    owners = set(packages_distributions().get(name, ["gouji"]))
    assert owners == {"gouji"}
