"""Every address under /admin, and what its pages have in common."""

from functools import partial
from typing import Any

from admin_web.admin import (
    account,
    articles,
    bulk,
    code,
    dashboard,
    deeds,
    domain,
    export,
    live,
    maintenance,
    preview,
    proof,
    search,
    second_factor,
    settings,
    sign_in,
    tasks,
    try_account,
    views,
)
from admin_web.admin.cells import Cells
from admin_web.admin.many import views as many
from admin_web.resources import RESOURCES

routes = [
    *sign_in.routes,
    *code.routes,
    *proof.routes,
    *second_factor.routes,
    *account.routes,
    *dashboard.routes,
    *live.routes,
    *tasks.routes,
    *try_account.routes,
    *domain.routes,
    *maintenance.routes,
    *search.routes,
    *settings.routes,
    *articles.routes,
    *preview.routes,
    *export.routes,
    *deeds.routes,
    *bulk.routes,
    *many.routes,
    *views.routes,
]


def common() -> dict[str, Any]:
    """What every template of this part knows: the tables, and the menu made of them."""
    menu: dict[str, list[Any]] = {}
    for resource in RESOURCES.values():
        menu.setdefault(resource.group, []).append(resource)
    return {"tables": RESOURCES, "menu": list(menu.items()), "cells": partial(Cells, RESOURCES)}
