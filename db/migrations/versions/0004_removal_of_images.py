"""Who refers to an image, found in one step: without, each removed image took a look at every question."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FOIL = sa.text("foil_image_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_question_foil_image_id",
        "question",
        ["foil_image_id"],
        sqlite_where=_FOIL,
        postgresql_where=_FOIL,
    )
    op.create_index("ix_selection_image_image_id", "selection_image", ["image_id"])
    op.create_index("ix_qualification_answer_image_id", "qualification_answer", ["image_id"])
    op.create_index("ix_label_facet_image_id", "label_facet", ["image_id"])


def downgrade() -> None:
    op.drop_index("ix_label_facet_image_id", table_name="label_facet")
    op.drop_index("ix_qualification_answer_image_id", table_name="qualification_answer")
    op.drop_index("ix_selection_image_image_id", table_name="selection_image")
    op.drop_index("ix_question_foil_image_id", table_name="question")
