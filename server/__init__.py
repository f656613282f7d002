"""The composition root: ASGI app, authentication, settings and command line."""
