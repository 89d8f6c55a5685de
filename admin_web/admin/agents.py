"""Browsers by their own word, as people call them: `Firefox 141, Windows`."""

import re

# The first that fits: browsers name those that they want to be taken for, too.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"(?:OPR|Opera)/(\d+)"),
    ("Yandex", r"YaBrowser/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\w+ )?Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS X"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux"),
)


def called(agent: str) -> str:
    """A short name; what is not known stays as it is."""
    for name, pattern in _BROWSERS:
        if found := re.search(pattern, agent):
            system = next((each for each, mark in _SYSTEMS if mark in agent), "")
            return f"{name} {found[1]}" + (f", {system}" if system else "")
    return agent
