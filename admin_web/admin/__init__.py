"""The administrators' part of the site: everything under /admin."""
