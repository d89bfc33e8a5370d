"""Tokens of links and sessions: made, and hashed for keeping."""

import base64
import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def derived_token(secret: bytes, text: str) -> str:
    """The same token whenever it is asked for: base64url(HMAC-SHA256(secret, text)), without padding."""
    digest = hmac.digest(secret, text.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What the database keeps of a token: tokens are long and random, so a plain SHA-256 guards them."""
    return hashlib.sha256(token.encode()).hexdigest()
