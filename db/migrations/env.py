"""Alembic's environment: runs the steps on the connection that db.schema gives."""

from typing import Any, Literal

from alembic import context

from db.columns import UtcDateTime
from db.tables import Answer


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write moments into a migration as what they are, as a migration must not change with the program."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Answer.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
