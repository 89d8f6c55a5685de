"""Every table that the site shows, in the order of the menu."""

from admin_web.admin.resource import Resource
from admin_web.resources.clients import CLIENTS
from admin_web.resources.history import AUDIT, SESSIONS
from admin_web.resources.mailings import DELIVERIES, MAILINGS, RUNS, SCHEDULES
from admin_web.resources.messages import MESSAGES, VERSIONS
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
        MAILINGS,
        SCHEDULES,
        RUNS,
        DELIVERIES,
        JOBS,
        LETTERS,
        TOKENS,
        UPDATES,
        AUDIT,
        SESSIONS,
    )
}
