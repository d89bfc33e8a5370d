"""Frozen designs, links with a capacity, stages of a participant, annotation tasks, people, and jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _drop_guards()
    _create_tables()
    _widen_study()
    _widen_participant()
    _widen_question()
    _widen_answer()
    _create_label_facet()
    with op.batch_alter_table("researcher") as batch_op:
        batch_op.add_column(sa.Column("password_hash", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("subject", sa.String(length=400), nullable=True))
        batch_op.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_researcher_subject"), ["subject"])
    _create_guards()


def downgrade() -> None:
    raise RuntimeError("what 0002 holds has no place in 0001: restore the backup of before")


def _create_tables() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("researcher_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["researcher_id"], ["researcher.id"], name=op.f("fk_audit_event_researcher_id_researcher")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_researcher_id"), ["researcher_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("host", sa.String(length=200), nullable=True),
        sa.Column("progress", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("started_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'stopped')", name=op.f("ck_job_state")
        ),
        sa.ForeignKeyConstraint(["started_by"], ["researcher.id"], name=op.f("fk_job_started_by_researcher")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "selection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("label_set_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["researcher.id"], name=op.f("fk_selection_created_by_researcher")
        ),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_selection_label_set_id_label_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection")),
        sa.UniqueConstraint("name", name=op.f("uq_selection_name")),
    )
    with op.batch_alter_table("selection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_selection_label_set_id"), ["label_set_id"], unique=False)

    op.create_table(
        "open_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("completion_code", sa.String(length=100), nullable=True),
        sa.Column("completion_url", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source IN ('open', 'prolific')", name=op.f("ck_open_link_source")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_open_link_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_open_link_token_hash")),
    )
    with op.batch_alter_table("open_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_open_link_study_id"), ["study_id"], unique=False)

    op.create_table(
        "selection_image",
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_selection_image_image_id_image")),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_selection_image_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("selection_id", "image_id", name=op.f("pk_selection_image")),
    )
    op.create_table(
        "share_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["researcher.id"], name=op.f("fk_share_link_created_by_researcher")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_share_link_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_link_token_hash")),
    )
    with op.batch_alter_table("share_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_link_study_id"), ["study_id"], unique=False)

    op.create_table(
        "qualification_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("rt_ms", sa.Double(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image.id"], name=op.f("fk_qualification_answer_image_id_image")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_qualification_answer_participant_id_participant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_answer")),
        sa.UniqueConstraint(
            "participant_id",
            "attempt",
            "position",
            name=op.f("uq_qualification_answer_participant_id_attempt_position"),
        ),
    )


_STUDY_KIND = "kind IN ('experiments', 'annotation')"
_KIND = "kind IN ('first', 'self_repeat', 'overlap', 'attention')"
_FOIL = """(experiment IS NULL AND foil_image_id IS NULL) OR (experiment = 1 AND foil_image_id IS NULL)
    OR (experiment = 2 AND foil_image_id IS NOT NULL)"""
_GIVEN = "choice IS NOT NULL OR response IS NOT NULL"


_SORTED_FACETS = (
    *("name", "rank", "margin", "entropy", "soft_neutral", "soft_happy", "soft_sad", "soft_surprise"),
    *("soft_fear", "soft_disgust", "soft_anger", "soft_contempt"),
)


def _create_label_facet() -> None:
    emotions = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt")
    of_people = ("agreement", "divergence", "age")
    of_image = ("yaw", "pitch", "roll", "valence", "arousal")
    op.create_table(
        "label_facet",
        sa.Column("label_set_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("hard_label", sa.String(length=20), nullable=False),
        sa.Column("subset", sa.String(length=20), nullable=False),
        sa.Column("split", sa.String(length=20), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("margin", sa.Double(), nullable=False),
        sa.Column("entropy", sa.Double(), nullable=False),
        *(sa.Column(f"soft_{emotion}", sa.Double(), nullable=False) for emotion in emotions),
        sa.Column("top", sa.String(length=20), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("majority", sa.String(length=20), nullable=True),
        *(sa.Column(name, sa.Double(), nullable=True) for name in of_people),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("gender", "ethnicity")),
        *(sa.Column(name, sa.Double(), nullable=True) for name in of_image),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_label_facet_image_id_image")),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_label_facet_label_set_id_label_set")
        ),
        sa.PrimaryKeyConstraint("label_set_id", "image_id", name=op.f("pk_label_facet")),
        sqlite_with_rowid=False,
    )
    for name in _SORTED_FACETS:
        columns = ["label_set_id", name, "image_id"]
        op.create_index(op.f(f"ix_label_facet_label_set_id_{name}_image_id"), "label_facet", columns)
    # The facets have these orders now.
    for name in ("entropy", "margin", "rank"):
        op.drop_index(op.f(f"ix_label_label_set_id_{name}"), table_name="label")
    op.add_column("label_set", sa.Column("summary", sa.JSON(none_as_null=True), nullable=True))


def _change_checks(batch_op: Any, table: str, **checks: str) -> None:
    """Put these rules in the place of the table's checks of those names (a copy keeps the old ones)."""
    for name, rule in checks.items():
        batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), sa.text(rule))


def _widen_study() -> None:
    with op.batch_alter_table("study") as batch_op:
        kind = sa.Column("kind", sa.String(length=20), nullable=False, server_default="experiments")
        batch_op.add_column(kind)
        batch_op.create_check_constraint(op.f("ck_study_kind"), sa.text(_STUDY_KIND))
        batch_op.add_column(sa.Column("dataset_id", sa.Integer(), nullable=True))
        for name in ("frozen_at", "opened_at", "closed_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("preregistration", sa.String(length=64), nullable=True))
        batch_op.alter_column("label_set_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_study_dataset_id_dataset"), "dataset", ["dataset_id"], ["id"]
        )
    with op.batch_alter_table("study") as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=20), server_default=None)
    # Until now a study was made with its questions.
    op.execute("UPDATE study SET frozen_at = created_at")


def _widen_participant() -> None:
    moments = ("declined_at", "trained_at", "qualified_at", "disqualified_at", "withdrawn_at", "erased_at")
    with op.batch_alter_table("participant") as batch_op:
        for name in (*moments, "due_at", "claimed_at", "replaced_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in ("demographics", "qualification", "external"):
            batch_op.add_column(sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
        for name in ("training_step", "open_link_id", "replaces_id"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("external_id", sa.String(length=200), nullable=True))
        batch_op.create_index(batch_op.f("ix_participant_open_link_id"), ["open_link_id"])
        batch_op.create_unique_constraint(
            batch_op.f("uq_participant_study_id_external_id"), ["study_id", "external_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_participant_open_link_id_open_link"), "open_link", ["open_link_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_participant_replaces_id_participant"), "participant", ["replaces_id"], ["id"]
        )


def _widen_question() -> None:
    with op.batch_alter_table("question") as batch_op:
        batch_op.alter_column("experiment", existing_type=sa.Integer(), nullable=True)
        _change_checks(batch_op, "question", kind=_KIND, foil=_FOIL)
    few = {f"{dialect}_where": sa.text("kind = 'attention'") for dialect in ("sqlite", "postgresql")}
    op.create_index("ix_question_attention", "question", ["study_id"], **few)


def _widen_answer() -> None:
    with op.batch_alter_table("answer") as batch_op:
        batch_op.add_column(sa.Column("response", sa.JSON(none_as_null=True), nullable=True))
        batch_op.alter_column("choice", existing_type=sa.String(length=5), nullable=True)
        batch_op.create_check_constraint(op.f("ck_answer_given"), sa.text(_GIVEN))
    columns = ["participant_id", "answered_at", "position"]
    op.create_index("ix_answer_participant_id_answered_at", "answer", columns)


_UNDONE = """(SELECT event FROM answer_event WHERE question_id = OLD.question_id
    AND event IN ('stored', 'undone') ORDER BY id DESC LIMIT 1)"""
_KEPT = "(SELECT erased_at FROM participant WHERE id = OLD.participant_id) IS NULL"

# What a preregistration names; the state of a study, its deadline, and whose a question is, may change.
_REGISTERED = (
    *("name", "kind", "simulated", "design", "label_set_id", "dataset_id", "seed", "consent_text"),
    *("frozen_at", "preregistration"),
)
_PLANNED = (
    "position",
    "experiment",
    "image_id",
    "foil_image_id",
    "foil_distance",
    "side",
    "kind",
    "repeats_id",
)
_IN_REGISTERED = "(SELECT preregistration FROM study WHERE id = OLD.study_id) IS NOT NULL"

_SQLITE = (
    f"""CREATE TRIGGER study_keeps_updates BEFORE UPDATE OF {", ".join(_REGISTERED)} ON study
    WHEN OLD.preregistration IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a frozen study is never changed'); END""",
    """CREATE TRIGGER study_keeps_deletes BEFORE DELETE ON study WHEN OLD.preregistration IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a frozen study is never changed'); END""",
    f"""CREATE TRIGGER question_keeps_updates BEFORE UPDATE OF {", ".join(_PLANNED)} ON question
    WHEN {_IN_REGISTERED}
    BEGIN SELECT RAISE(ABORT, 'a question of a frozen study is never changed'); END""",
    f"""CREATE TRIGGER question_keeps_deletes BEFORE DELETE ON question WHEN {_IN_REGISTERED}
    BEGIN SELECT RAISE(ABORT, 'a question of a frozen study is never changed'); END""",
    """CREATE TRIGGER answer_event_keeps_updates BEFORE UPDATE ON answer_event
    BEGIN SELECT RAISE(ABORT, 'answer_event is append-only'); END""",
    f"""CREATE TRIGGER answer_event_keeps_deletes BEFORE DELETE ON answer_event WHEN {_KEPT}
    BEGIN SELECT RAISE(ABORT, 'answer_event is append-only'); END""",
    """CREATE TRIGGER answer_keeps_updates BEFORE UPDATE ON answer
    BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END""",
    f"""CREATE TRIGGER answer_keeps_deletes BEFORE DELETE ON answer
    WHEN {_UNDONE} IS NOT 'undone' AND {_KEPT}
    BEGIN SELECT RAISE(ABORT, 'an answer is deleted only after its undone event'); END""",
    """CREATE TRIGGER audit_event_keeps_updates BEFORE UPDATE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END""",
    """CREATE TRIGGER audit_event_keeps_deletes BEFORE DELETE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END""",
)

_POSTGRESQL = (
    f"""CREATE FUNCTION answer_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF TG_OP = 'DELETE' AND NOT ({_KEPT}) THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'answer_event is append-only';
    END $$""",
    """CREATE TRIGGER answer_event_keeps BEFORE UPDATE OR DELETE ON answer_event
    FOR EACH ROW EXECUTE FUNCTION answer_event_refuse()""",
    f"""CREATE FUNCTION answer_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF TG_OP = 'DELETE' AND ({_UNDONE} IS NOT DISTINCT FROM 'undone' OR NOT ({_KEPT})) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'an answer is never changed, and deleted only after its undone event';
    END $$""",
    """CREATE TRIGGER answer_keeps BEFORE UPDATE OR DELETE ON answer
    FOR EACH ROW EXECUTE FUNCTION answer_refuse()""",
    """CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$""",
    """CREATE TRIGGER audit_event_keeps BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()""",
    """CREATE FUNCTION study_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF OLD.preregistration IS NULL THEN
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a frozen study is never changed';
    END $$""",
    f"""CREATE TRIGGER study_keeps BEFORE UPDATE OF {", ".join(_REGISTERED)} OR DELETE ON study
    FOR EACH ROW EXECUTE FUNCTION study_refuse()""",
    f"""CREATE FUNCTION question_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF NOT ({_IN_REGISTERED}) THEN
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a question of a frozen study is never changed';
    END $$""",
    f"""CREATE TRIGGER question_keeps BEFORE UPDATE OF {", ".join(_PLANNED)} OR DELETE ON question
    FOR EACH ROW EXECUTE FUNCTION question_refuse()""",
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
