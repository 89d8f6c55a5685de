"""How many a mailing would reach, and who is left out."""

from datetime import datetime

from core.db import Transaction
from core.mailings.audience import Audience, count
from core.suppressions.service import hold_off
from tests import factories


async def test_held_off_addresses_are_not_counted_among_those_who_receive(
    tx: Transaction, now: datetime
) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    for name in ("Anna", "ivan", "olga", "oleg"):
        await factories.client(tx, owner, email=f"{name}@example.com")
    gone = await factories.client(tx, owner, email="gone@example.com", active=False)
    await hold_off(tx, "anna@example.com", "bounce", now, owner_id=owner.id)
    await hold_off(tx, "anna@example.com", "complaint", now)
    await hold_off(tx, "ivan@example.com", "by_hand", now)
    await hold_off(tx, "olga@example.com", "bounce", now, owner_id=other.id)
    await hold_off(tx, gone.email, "bounce", now, owner_id=owner.id)
    assert await count(tx, owner, None) == Audience(2, inactive=1, suppressed=2)
    assert await count(tx, owner, [gone.id]) == Audience(0, inactive=1)
