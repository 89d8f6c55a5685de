"""Models that aiogram would have built at import can all be built later."""

from aiogram import methods, types
from aiogram.types import Update
from pydantic import BaseModel


def test_every_model_can_be_built() -> None:
    for package in (types, methods):
        for name in package.__all__:
            model = getattr(package, name)
            if isinstance(model, type) and issubclass(model, BaseModel):
                model.model_rebuild()


def test_an_update_is_read_with_its_nested_objects() -> None:
    message = {"message_id": 1, "date": 1700000000, "chat": {"id": 1, "type": "private"}}
    update = Update.model_validate({"update_id": 1, "message": message})
    assert update.message is not None
    assert update.message.chat.type == "private"
