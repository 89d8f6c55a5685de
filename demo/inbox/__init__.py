"""A mail server that takes every mail and shows it on a page."""
