"""What a study says when something cannot be done."""


class StudyError(ValueError):
    """Bad input or an impossible request: the message says what, which value, and what to do."""


class NotFoundError(StudyError):
    """No such study, participant, image or label set."""


class CatalogError(StudyError):
    """A manifest, annotations or labels that do not fit the images."""


class LinkError(StudyError):
    """A link that does not let anyone in."""


class UnknownLinkError(LinkError):
    """A link that was never given out."""


class UsedLinkError(LinkError):
    """A one-time link that has been used."""


class ExpiredLinkError(LinkError):
    """A link whose time is over."""


class RevokedLinkError(LinkError):
    """A link that was taken back."""


class StudyClosedError(LinkError):
    """A study that is not open yet, or no longer."""


class NoPlaceError(LinkError):
    """An open link whose places are all taken."""


class NamelessArrivalError(LinkError):
    """A recruiting service's link that came without the person's code."""


class InvalidPostError(StudyError):
    """A posted answer or undo whose fields are missing, of another type, or out of range."""


class PasswordError(StudyError):
    """A password that cannot be taken."""


class TooManyAttemptsError(StudyError):
    """Too many wrong passwords for one name in a short time."""


class PeopleError(StudyError):
    """A change to who may look that cannot be made."""


class FrozenError(StudyError):
    """A change to a study that is frozen, or an opening of one that is not."""


class PreregistrationError(StudyError):
    """A preregistration bundle that is none, or whose files were changed."""
