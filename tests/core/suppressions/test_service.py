"""An address is held off once, from one owner or from all, however it is written."""

from datetime import datetime

import pytest
from sqlalchemy import select

from core.db import Transaction
from core.errors import Conflict
from core.suppressions import service
from core.suppressions.models import Suppression
from tests import factories


async def test_an_address_is_held_off_once(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    assert await service.hold_off(tx, "Anna@Пример.рф", "bounce", now, owner_id=owner.id)
    assert not await service.hold_off(
        tx, "anna@xn--e1afmkfd.xn--p1ai", "bounce", now, owner_id=owner.id
    )
    assert await service.hold_off(tx, "anna@пример.рф", "complaint", now, owner_id=other.id)
    await service.add(tx, "ANNA@пример.рф", "asked by phone", now, None)
    with pytest.raises(Conflict):
        await service.add(tx, "anna@пример.рф", "", now, None)
    found = (await tx.scalars(select(Suppression))).all()
    assert {row.email for row in found} == {"anna@xn--e1afmkfd.xn--p1ai"}
    assert len(found) == 3
