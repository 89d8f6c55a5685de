"""Pages for everybody: what this is, the blog, confirming an address, unsubscribing, files of
clients, health."""

from admin_web.public import blog, confirm, health, main, privacy, unsubscribe, upload

routes = [
    *main.routes,
    *blog.routes,
    *privacy.routes,
    *confirm.routes,
    *unsubscribe.routes,
    *upload.routes,
    *health.routes,
]
