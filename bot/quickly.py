"""Import aiogram without building the validators of its 600 models at once.

aiogram resolves every model while it is imported, which is most of a bot's start. Here the names
are put where pydantic looks for them, and each model is built when it is first used.
"""

import sys
from typing import Any
from unittest.mock import patch

from pydantic import BaseModel


def _later(_model: type[BaseModel], /, **_namespace: Any) -> None:
    """Instead of building at once; pydantic builds a model that is not complete on first use."""


def load() -> None:
    """To be called before anything else imports aiogram."""
    if "aiogram" in sys.modules:
        return
    with patch.object(BaseModel, "model_rebuild", classmethod(_later)):
        import aiogram.methods
        import aiogram.types
    types = vars(aiogram.types)
    names = {name: types[name] for name in aiogram.types.__all__}
    names |= {name: types[name] for name in ("Optional", "Union", "Literal", "_Default")}
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith(("aiogram.types.", "aiogram.methods.")):
            for name, value in names.items():
                vars(module).setdefault(name, value)
