"""The blog for everybody: its list, its articles, their pictures, the feed."""

from admin_web.public.blog import feed, pictures, views

routes = [*feed.routes, *pictures.routes, *views.routes]
