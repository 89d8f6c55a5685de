"""Pages for everybody: what this is, confirming an address, unsubscribing, health."""

from admin_web.public import confirm, health, main, unsubscribe

routes = [*main.routes, *confirm.routes, *unsubscribe.routes, *health.routes]
