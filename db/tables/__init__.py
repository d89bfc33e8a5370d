"""The tables: images and their labels, studies and their answers, and who may look."""

from db.tables.images import (
    Annotation,
    Dataset,
    Image,
    Label,
    LabelFacet,
    LabelSet,
    Selection,
    SelectionImage,
)
from db.tables.people import AuditEvent, Job, Researcher, SignInToken, WebSession
from db.tables.studies import (
    Answer,
    AnswerEvent,
    Invitation,
    OpenLink,
    Participant,
    QualificationAnswer,
    Question,
    ShareLink,
    Study,
)

__all__ = [
    "Annotation",
    "Answer",
    "AnswerEvent",
    "AuditEvent",
    "Dataset",
    "Image",
    "Invitation",
    "Job",
    "Label",
    "LabelFacet",
    "LabelSet",
    "OpenLink",
    "Participant",
    "QualificationAnswer",
    "Question",
    "Researcher",
    "Selection",
    "SelectionImage",
    "ShareLink",
    "SignInToken",
    "Study",
    "WebSession",
]
