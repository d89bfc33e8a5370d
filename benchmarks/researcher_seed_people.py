"""What the benchmark's database holds beside images and studies: people, links, a log, jobs, bundles."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.seed_rows import NOW
from db.session import Database
from db.settings import Settings
from db.tables import AuditEvent, Job
from engine.bundle import FILE, ROLES, write_json
from engine.emfacs import EMOTIONS
from engine.images import write_table
from engine.recipe import recipe_from
from study.access import invitations, people, researchers
from study.access.acts import Act
from study.access.secret import installation_secret

ACTS, JOBS, PEOPLE = 10_000, 400, 30
_KINDS = ("train", "label", "import")
_STATES = ("done", "done", "done", "failed", "stopped")
_LEARNS = {"learning_rate": 1e-3, "epochs": 1, "batch": 8}


def seed_people(database: Database, settings: Settings, bundles: Sequence[str], images: int) -> None:
    """Invite `PEOPLE`, make the open studies' links, and leave `ACTS`, `JOBS` and the bundles behind."""
    with database.begin() as session:
        now = datetime.now(UTC)
        owner = researchers.owner(session, now=now)
        for number in range(PEOPLE):
            role = ("reader", "researcher")[number % 2]
            people.invite_person(session, f"Researcher {number + 1:02d}", role, by=owner.id, now=now)
        for study_id in (2, 3):
            secret = installation_secret(settings)
            invitations.invite_all(session, study_id, secret=secret, now=now, by=owner.id)
        _log(session, owner.id)
        _jobs(session, owner.id)
    for name in bundles:
        _bundle(settings, name, images)


def _log(session: Session, by: int) -> None:
    acts = list(Act)
    rows: list[dict[str, Any]] = [
        {
            "researcher_id": by if at % 3 else None,
            "action": str(acts[at % len(acts)]),
            "subject": f"earlier/P{at % 50 + 1:03d}",
            "detail": {"links": at % 7} if at % 2 else None,
            "at": NOW + timedelta(minutes=at),
        }
        for at in range(ACTS)
    ]
    session.execute(insert(AuditEvent), rows)


def _jobs(session: Session, by: int) -> None:
    rows: list[dict[str, Any]] = []
    for at in range(JOBS):
        began, kind, state = NOW + timedelta(hours=at), _KINDS[at % 3], _STATES[at % 5]
        rows.append(
            {
                "kind": kind,
                "title": f"{kind.capitalize()} number {at + 1}",
                "arguments": {"commands": [["engine", kind]]},
                "state": state,
                "message": "It ended with status 1." if state == "failed" else None,
                "started_by": by,
                "created_at": began,
                "started_at": began,
                "heartbeat_at": began + timedelta(minutes=30),
                "finished_at": began + timedelta(minutes=30),
            }
        )
    session.execute(insert(Job), rows)


def _bundle(settings: Settings, name: str, images: int) -> None:
    """Untrained networks of small backbones, which say that they learned from all images."""
    # It loads torch, which would make the pages' first visits look better than they are.
    from benchmarks.labelling import random_bundle

    folder = settings.data_dir / "bundles" / name
    recipe = recipe_from(
        {
            "name": name,
            "backbones": ["test_byobnet", "test_resnet"],
            "au_backbone": "test_byobnet",
            "images": {"size": 32, "margin": 0.1},
            "ensemble": _LEARNS,
            "action_units": _LEARNS,
        }
    )
    made = random_bundle(recipe, folder)
    write_json({**made.contents, "fingerprint": name}, folder / FILE)
    at = np.arange(images)
    roles = np.where(at % 10 == 0, "test", np.where(at % 10 == 1, "calibration", "train"))
    labels = np.array(EMOTIONS)[at % len(EMOTIONS)]
    names = [f"{one:06d}" for one in at]
    write_table(pd.DataFrame({"image": names, "label": labels, "role": roles}), folder / ROLES)
