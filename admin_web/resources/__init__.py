"""Every table that the site shows, in the order of the menu."""

from admin_web.admin.resource import Resource
from admin_web.resources.accounts import SMTP_ACCOUNTS
from admin_web.resources.articles import ARTICLES
from admin_web.resources.clients import CLIENTS
from admin_web.resources.held_off import RETURNS, SIGNING_KEYS, SUPPRESSIONS
from admin_web.resources.history import AUDIT, SESSIONS
from admin_web.resources.inner import TABLES
from admin_web.resources.mailings import (
    DECISIONS,
    DELIVERIES,
    MAILINGS,
    RUNS,
    SCHEDULES,
    SEGMENTS,
)
from admin_web.resources.messages import FILES, MESSAGES, VERSIONS
from admin_web.resources.users import ACCOUNTS, USERS
from admin_web.resources.work import JOBS, LETTERS, TOKENS, UPDATES

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        USERS,
        ACCOUNTS,
        CLIENTS,
        MESSAGES,
        VERSIONS,
        FILES,
        MAILINGS,
        SCHEDULES,
        SEGMENTS,
        RUNS,
        DELIVERIES,
        DECISIONS,
        RETURNS,
        SUPPRESSIONS,
        SMTP_ACCOUNTS,
        SIGNING_KEYS,
        ARTICLES,
        JOBS,
        LETTERS,
        TOKENS,
        UPDATES,
        AUDIT,
        SESSIONS,
        *TABLES,
    )
}
