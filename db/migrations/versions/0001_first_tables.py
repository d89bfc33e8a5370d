"""The first tables, and the triggers that keep answers and their events as they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("name", name=op.f("uq_dataset_name")),
    )
    op.create_table(
        "researcher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'researcher', 'reader')", name=op.f("ck_researcher_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_researcher")),
        sa.UniqueConstraint("name", name=op.f("uq_researcher_name")),
    )
    op.create_table(
        "image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("hard_label", sa.String(length=20), nullable=True),
        sa.Column("split", sa.String(length=20), nullable=True),
        sa.Column("keyword", sa.String(), nullable=True),
        sa.Column("age", sa.Double(), nullable=True),
        sa.Column("gender", sa.String(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("yaw", sa.Double(), nullable=True),
        sa.Column("pitch", sa.Double(), nullable=True),
        sa.Column("roll", sa.Double(), nullable=True),
        sa.Column("valence", sa.Double(), nullable=True),
        sa.Column("arousal", sa.Double(), nullable=True),
        sa.Column("landmarks_68", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("landmarks_28", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("face_x", sa.Double(), nullable=True),
        sa.Column("face_y", sa.Double(), nullable=True),
        sa.Column("face_width", sa.Double(), nullable=True),
        sa.Column("face_height", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_image_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_image_dataset_id_name")),
    )
    with op.batch_alter_table("image") as batch_op:
        batch_op.create_index(batch_op.f("ix_image_split"), ["split"], unique=False)

    op.create_table(
        "label_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("bundle", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_label_set_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_set")),
        sa.UniqueConstraint("name", name=op.f("uq_label_set_name")),
    )
    with op.batch_alter_table("label_set") as batch_op:
        batch_op.create_index(batch_op.f("ix_label_set_dataset_id"), ["dataset_id"], unique=False)

    op.create_table(
        "sign_in_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("researcher_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["researcher_id"], ["researcher.id"], name=op.f("fk_sign_in_token_researcher_id_researcher")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_token_hash")),
    )
    with op.batch_alter_table("sign_in_token") as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_token_researcher_id"), ["researcher_id"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("researcher_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["researcher_id"], ["researcher.id"], name=op.f("fk_web_session_researcher_id_researcher")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_researcher_id"), ["researcher_id"], unique=False)

    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=True),
        sa.Column("annotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_annotation_image_id_image")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
    )
    with op.batch_alter_table("annotation") as batch_op:
        batch_op.create_index(batch_op.f("ix_annotation_image_id"), ["image_id"], unique=False)

    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label_set_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("hard_label", sa.String(length=20), nullable=False),
        sa.Column("soft_neutral", sa.Double(), nullable=False),
        sa.Column("soft_happy", sa.Double(), nullable=False),
        sa.Column("soft_sad", sa.Double(), nullable=False),
        sa.Column("soft_surprise", sa.Double(), nullable=False),
        sa.Column("soft_fear", sa.Double(), nullable=False),
        sa.Column("soft_disgust", sa.Double(), nullable=False),
        sa.Column("soft_anger", sa.Double(), nullable=False),
        sa.Column("soft_contempt", sa.Double(), nullable=False),
        sa.Column("eb_neutral", sa.Double(), nullable=True),
        sa.Column("eb_happy", sa.Double(), nullable=True),
        sa.Column("eb_sad", sa.Double(), nullable=True),
        sa.Column("eb_surprise", sa.Double(), nullable=True),
        sa.Column("eb_fear", sa.Double(), nullable=True),
        sa.Column("eb_disgust", sa.Double(), nullable=True),
        sa.Column("eb_anger", sa.Double(), nullable=True),
        sa.Column("eb_contempt", sa.Double(), nullable=True),
        sa.Column("au_neutral", sa.Double(), nullable=True),
        sa.Column("au_happy", sa.Double(), nullable=True),
        sa.Column("au_sad", sa.Double(), nullable=True),
        sa.Column("au_surprise", sa.Double(), nullable=True),
        sa.Column("au_fear", sa.Double(), nullable=True),
        sa.Column("au_disgust", sa.Double(), nullable=True),
        sa.Column("au_anger", sa.Double(), nullable=True),
        sa.Column("au_contempt", sa.Double(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("margin", sa.Double(), nullable=False),
        sa.Column("subset", sa.String(length=20), nullable=False),
        sa.Column("entropy", sa.Double(), nullable=False),
        sa.Column("action_units", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("subset IN ('Easy', 'Challenging', 'Difficult')", name=op.f("ck_label_subset")),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_label_image_id_image")),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_label_label_set_id_label_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("label_set_id", "image_id", name=op.f("uq_label_label_set_id_image_id")),
    )
    with op.batch_alter_table("label") as batch_op:
        batch_op.create_index(batch_op.f("ix_label_image_id"), ["image_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_label_label_set_id_entropy"), ["label_set_id", "entropy"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_label_label_set_id_hard_label"), ["label_set_id", "hard_label"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_label_label_set_id_margin"), ["label_set_id", "margin"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_label_label_set_id_rank"), ["label_set_id", "rank"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_label_label_set_id_subset"), ["label_set_id", "subset"], unique=False
        )

    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("design", sa.JSON(), nullable=False),
        sa.Column("label_set_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("consent_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'open', 'paused', 'closed')", name=op.f("ck_study_state")),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_study_label_set_id_label_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("name", name=op.f("uq_study_name")),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_version", sa.String(length=64), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_participant_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("study_id", "code", name=op.f("uq_participant_study_id_code")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_invitation_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_invitation_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_study_id"), ["study_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("experiment", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("foil_image_id", sa.Integer(), nullable=True),
        sa.Column("foil_distance", sa.Double(), nullable=True),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("repeats_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('first', 'self_repeat', 'overlap')", name=op.f("ck_question_kind")),
        sa.CheckConstraint("side IN ('left', 'right')", name=op.f("ck_question_side")),
        sa.CheckConstraint(
            "(experiment = 1 AND foil_image_id IS NULL) OR (experiment = 2 AND foil_image_id IS NOT NULL)",
            name=op.f("ck_question_foil"),
        ),
        sa.ForeignKeyConstraint(
            ["foil_image_id"], ["image.id"], name=op.f("fk_question_foil_image_id_image")
        ),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_question_image_id_image")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_question_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(
            ["repeats_id"], ["question.id"], name=op.f("fk_question_repeats_id_question")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_question_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("participant_id", "position", name=op.f("uq_question_participant_id_position")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_public_id")),
    )
    with op.batch_alter_table("question") as batch_op:
        batch_op.create_index(batch_op.f("ix_question_image_id"), ["image_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_repeats_id"), ["repeats_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_study_id"), ["study_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=5), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=True),
        sa.Column("rt_ms", sa.Double(), nullable=False),
        sa.Column("hidden_ms", sa.Double(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "choice IN ('soft', 'hard', 'both', 'none', 'own', 'foil')", name=op.f("ck_answer_choice")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_answer_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("participant_id", "position", name=op.f("uq_answer_participant_id_position")),
        sa.UniqueConstraint("question_id", name=op.f("uq_answer_question_id")),
    )
    op.create_table(
        "answer_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "event IN ('stored', 'repeated', 'late', 'undone', 'rejected')",
            name=op.f("ck_answer_event_event"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_answer_event_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_event_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_event")),
    )
    with op.batch_alter_table("answer_event") as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_event_question_id"), ["question_id"], unique=False)
        batch_op.create_index(
            "uq_answer_event_participant_id_key",
            ["participant_id", "key"],
            unique=True,
            sqlite_where=sa.text("event IN ('stored', 'undone')"),
            postgresql_where=sa.text("event IN ('stored', 'undone')"),
        )

    _create_guards()


def downgrade() -> None:
    with op.batch_alter_table("answer_event") as batch_op:
        batch_op.drop_index(
            "uq_answer_event_participant_id_key",
            sqlite_where=sa.text("event IN ('stored', 'undone')"),
            postgresql_where=sa.text("event IN ('stored', 'undone')"),
        )
        batch_op.drop_index(batch_op.f("ix_answer_event_question_id"))

    op.drop_table("answer_event")
    op.drop_table("answer")
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_study_id"))
        batch_op.drop_index(batch_op.f("ix_question_repeats_id"))
        batch_op.drop_index(batch_op.f("ix_question_image_id"))

    op.drop_table("question")
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_study_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_participant_id"))

    op.drop_table("invitation")
    op.drop_table("participant")
    op.drop_table("study")
    with op.batch_alter_table("label") as batch_op:
        batch_op.drop_index(batch_op.f("ix_label_label_set_id_subset"))
        batch_op.drop_index(batch_op.f("ix_label_label_set_id_rank"))
        batch_op.drop_index(batch_op.f("ix_label_label_set_id_margin"))
        batch_op.drop_index(batch_op.f("ix_label_label_set_id_hard_label"))
        batch_op.drop_index(batch_op.f("ix_label_label_set_id_entropy"))
        batch_op.drop_index(batch_op.f("ix_label_image_id"))

    op.drop_table("label")
    with op.batch_alter_table("annotation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_annotation_image_id"))

    op.drop_table("annotation")
    with op.batch_alter_table("web_session") as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_researcher_id"))

    op.drop_table("web_session")
    with op.batch_alter_table("sign_in_token") as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_token_researcher_id"))

    op.drop_table("sign_in_token")
    with op.batch_alter_table("label_set") as batch_op:
        batch_op.drop_index(batch_op.f("ix_label_set_dataset_id"))

    op.drop_table("label_set")
    with op.batch_alter_table("image") as batch_op:
        batch_op.drop_index(batch_op.f("ix_image_split"))

    op.drop_table("image")
    op.drop_table("researcher")
    op.drop_table("dataset")


_UNDONE = """(SELECT event FROM answer_event WHERE question_id = OLD.question_id
    AND event IN ('stored', 'undone') ORDER BY id DESC LIMIT 1)"""

_SQLITE = (
    """CREATE TRIGGER answer_event_keeps_updates BEFORE UPDATE ON answer_event
    BEGIN SELECT RAISE(ABORT, 'answer_event is append-only'); END""",
    """CREATE TRIGGER answer_event_keeps_deletes BEFORE DELETE ON answer_event
    BEGIN SELECT RAISE(ABORT, 'answer_event is append-only'); END""",
    """CREATE TRIGGER answer_keeps_updates BEFORE UPDATE ON answer
    BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END""",
    f"""CREATE TRIGGER answer_keeps_deletes BEFORE DELETE ON answer WHEN {_UNDONE} IS NOT 'undone'
    BEGIN SELECT RAISE(ABORT, 'an answer is deleted only after its undone event'); END""",
)

_POSTGRESQL = (
    """CREATE FUNCTION answer_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'answer_event is append-only'; END $$""",
    """CREATE TRIGGER answer_event_keeps BEFORE UPDATE OR DELETE ON answer_event
    FOR EACH ROW EXECUTE FUNCTION answer_event_refuse()""",
    f"""CREATE FUNCTION answer_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF TG_OP = 'DELETE' AND {_UNDONE} IS NOT DISTINCT FROM 'undone' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'an answer is never changed, and deleted only after its undone event';
    END $$""",
    """CREATE TRIGGER answer_keeps BEFORE UPDATE OR DELETE ON answer
    FOR EACH ROW EXECUTE FUNCTION answer_refuse()""",
)


def _create_guards() -> None:
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _drop_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ("answer_event", "answer"):
            op.execute(f"DROP TRIGGER {table}_keeps_updates")
            op.execute(f"DROP TRIGGER {table}_keeps_deletes")
    else:
        op.execute("DROP TRIGGER answer_event_keeps ON answer_event")
        op.execute("DROP TRIGGER answer_keeps ON answer")
        op.execute("DROP FUNCTION answer_event_refuse()")
        op.execute("DROP FUNCTION answer_refuse()")
