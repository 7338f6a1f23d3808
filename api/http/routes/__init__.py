"""The routes that are not busy, as FastAPI declares them."""
