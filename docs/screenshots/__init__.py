"""The pictures of README and docs, taken from the served program: `make screenshots`."""
