"""Pages for everybody: what this is, the blog, confirming an address, unsubscribing, health."""

from admin_web.public import blog, confirm, health, main, privacy, unsubscribe

routes = [
    *main.routes,
    *blog.routes,
    *privacy.routes,
    *confirm.routes,
    *unsubscribe.routes,
    *health.routes,
]
