"""The parts of the menu."""

from core.i18n import N_

PEOPLE = N_("People")
MAIL = N_("Mailings")
BLOG = N_("Blog")
SERVICE = N_("Service")
INNER = N_("Inner workings")
