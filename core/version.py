"""Which version this is, as pyproject.toml says it."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def version() -> str:
    """The number alone, such as 0.1.0."""
    with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
