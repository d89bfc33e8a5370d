"""The events of one participant, found in one step: a newcomer's free place, an erasure, a dry run's end."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDEX = "ix_answer_event_participant_id"


def upgrade() -> None:
    op.create_index(_INDEX, "answer_event", ["participant_id"])


def downgrade() -> None:
    op.drop_index(_INDEX, table_name="answer_event")
