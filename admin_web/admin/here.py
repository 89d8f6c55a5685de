"""What a page of /admin works with: who asks, in which language and time zone."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from admin_web.admin import gate, words
from admin_web.admin.labels import HINTS
from admin_web.pages import DEPS, render, translator_of
from core.audit.service import Actor
from core.bootstrap import Deps
from core.db import Sessions
from core.i18n import LOCALES, Translator
from core.jobs import pauses
from core.sessions.models import Session
from core.users.models import User

SITE: web.AppKey[dict[str, Any]] = web.AppKey(
    "site", dict
)  # the tables and the menu, for templates


@dataclass(frozen=True)
class Here:
    """A request of somebody who is signed in."""

    request: web.Request
    session: Session
    _: Translator

    @property
    def deps(self) -> Deps:
        return self.request.app[DEPS]

    @property
    def sessions(self) -> Sessions:
        return self.deps.sessions

    @property
    def looking(self) -> Sessions:
        """For pages that write nothing: without the round trips of a transaction."""
        return self.deps.statements

    @property
    def user(self) -> User:
        return self.session.user

    @property
    def actor(self) -> Actor:
        """The same for the audit log."""
        return Actor("site", self.user.email, self.user.id, gate.address_of(self.request))

    def _again(self) -> str:
        """The address of this page, to come back to it in another language."""
        shown = self.request.method in gate.HARMLESS
        return str(self.request.rel_url.without_query_params(gate.LANGUAGE)) if shown else gate.ROOT

    async def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page of the administrators' layout."""
        show = words.Show(self._, self.user.timezone)
        csrf = gate.csrf_token(self.request)
        path = self.request.path
        async with self.looking() as tx:
            standing = await pauses.standing(tx)
        names = {
            "here": self,
            "standing": standing,
            "user": self.user,
            "csrf": csrf,
            "show": show,
            "path": path,
            "again": self._again(),
            "locales": LOCALES,
        }
        common = self.request.app[SITE]
        names |= common | {"hints": HINTS, "cells": common["cells"](show)}
        return await render(self.request, template, status=status, **names, **values)


def here(request: web.Request) -> Here:
    """The request as pages know it; the gate has let it in."""
    return Here(request, request[gate.SESSION], translator_of(request))
