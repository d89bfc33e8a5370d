"""The acts that the audit log knows: all by which a person changes something, or takes answers along."""

from enum import StrEnum

COMMAND_LINE = "the command line"
PARTICIPANT = "a participant"
PROGRAM = "the program"
STRANGER = "somebody not signed in"
READER = "a reader with a share link"
UNSIGNED = (COMMAND_LINE, PARTICIPANT, PROGRAM, STRANGER, READER)
"""Who acts where no researcher is signed in."""


class Act(StrEnum):
    """One kind of act: its name in the database, its words, and who acts where it names no researcher."""

    words: str
    unsigned: str

    def __new__(cls, name: str, words: str, unsigned: str = COMMAND_LINE) -> "Act":
        """Make a member whose value is its name in the database."""
        act = str.__new__(cls, name)
        act._value_, act.words, act.unsigned = name, words, unsigned
        return act

    STUDY_CREATED = "study.created", "drafted a study"
    STUDY_COPIED = "study.copied", "copied a study into a draft"
    STUDY_CHANGED = "study.changed", "changed a draft"
    STUDY_DELETED = "study.deleted", "deleted a draft"
    STUDY_FROZEN = "study.frozen", "froze a study"
    STUDY_OPENED = "study.opened", "opened a study"
    STUDY_PAUSED = "study.paused", "paused a study"
    STUDY_RESUMED = "study.resumed", "resumed a study"
    STUDY_CLOSED = "study.closed", "closed a study"
    STUDY_REOPENED = "study.reopened", "opened a study again"
    STUDY_DEADLINE_SET = "study.deadline_set", "set a study's deadline"
    STUDY_SIMULATED = "study.simulated", "began a dry run of a study"
    REHEARSAL_DELETED = "study.rehearsal_deleted", "deleted a dry run of a study"
    STUDY_EXPORTED = "study.exported", "took a study's answers along"
    STUDY_REPORTED = "study.reported", "took a study's report along"

    PARTICIPANT_DEADLINE_SET = "participant.deadline_set", "set a participant's deadline"
    PARTICIPANT_REPLACED = "participant.replaced", "replaced a participant"
    PARTICIPANT_WITHDRAWN = "participant.withdrawn", "withdrew, and left the answers", PARTICIPANT
    PARTICIPANT_ERASED = "participant.erased", "withdrew, and had the answers erased", PARTICIPANT
    PARTICIPANTS_TAKEN = "participants.taken", "took the table of participants along"
    PLACE_LAPSED = "place.lapsed", "gave on a place that was not agreed to", PROGRAM

    LINKS_MADE = "links.made", "made personal links"
    LINKS_TAKEN = "links.taken", "took the personal links along"
    LINK_RENEWED = "link.renewed", "renewed a personal link"
    LINK_REVOKED = "link.revoked", "took a personal link back"
    OPEN_LINK_MADE = "open_link.made", "made an open link"
    OPEN_LINK_REVOKED = "open_link.revoked", "took an open link back"
    SHARE_LINK_MADE = "share_link.made", "shared a report by a link"
    SHARE_LINK_REPORTED = "share_link.reported", "took the shared report along", READER
    SHARE_LINK_REVOKED = "share_link.revoked", "took a share link back"

    DATASET_IMPORTED = "dataset.imported", "imported a dataset"
    ANNOTATIONS_IMPORTED = "annotations.imported", "imported annotations"
    LABEL_SET_IMPORTED = "label_set.imported", "imported a label set"
    DATASET_REMOVED = "dataset.removed", "removed a dataset"
    LABEL_SET_REMOVED = "label_set.removed", "removed a label set"
    DATASET_MOVED = "dataset.moved", "pointed a dataset at another folder"
    SELECTION_SAVED = "selection.saved", "kept a selection of images"
    SELECTION_DELETED = "selection.deleted", "forgot a selection of images"
    ANNOTATIONS_PUBLISHED = "annotations.published", "published annotations"
    ANNOTATIONS_TAKEN = "annotations.taken", "took annotations along"
    JOB_STARTED = "job.started", "started a job"
    JOB_RESTARTED = "job.restarted", "started a job again"
    JOB_STOPPED = "job.stopped", "stopped a job"

    RESEARCHER_INVITED = "researcher.invited", "invited a person"
    RESEARCHER_LINK_MADE = "researcher.link_made", "made a sign-in link"
    RESEARCHER_ROLE_CHANGED = "researcher.role_changed", "changed a role"
    RESEARCHER_ADDRESS_SET = "researcher.address_set", "set an e-mail address"
    RESEARCHER_SHUT_OUT = "researcher.shut_out", "shut a person out"
    RESEARCHER_LET_IN = "researcher.let_in", "let a person in again"
    RESEARCHER_SIGNED_OUT_EVERYWHERE = "researcher.signed_out_everywhere", "signed out everywhere"
    RESEARCHER_PASSWORD_SET = "researcher.password_set", "set a password"
    RESEARCHER_PASSWORD_REMOVED = "researcher.password_removed", "took a password away"
    RESEARCHER_SIGNED_IN = "researcher.signed_in", "signed in"
    RESEARCHER_SIGNED_OUT = "researcher.signed_out", "signed out"
    RESEARCHER_VOUCHED_FOR = "researcher.vouched_for", "was vouched for by the sign-in provider"
    RESEARCHER_REFUSED = "researcher.refused", "gave a wrong password", STRANGER
    RESEARCHER_LINK_REFUSED = "researcher.link_refused", "opened a sign-in link that is over", STRANGER
    LOG_TAKEN = "log.taken", "took this log along"


_WORDS = {act.value: act.words for act in Act}


def act_words(name: str) -> str:
    """The words of an act by its name in the database; the name itself where no such act is known now."""
    return _WORDS.get(name, name)
