"""The texts of an annotation task where its researcher writes no others."""

from study.design.texts import Texts
from study.wording.wording import Wording, wording


def texts_of(form: str, words: Wording | None = None) -> Texts:
    """The texts of a form, each Markdown, in English where no other words are given."""
    said = words or wording()
    what = said.say(f"texts.what_{form}")
    return Texts(
        consent=said.say("texts.annotation_consent", what=what),
        welcome=said.say("texts.welcome"),
        instructions=said.say(f"texts.instructions_{form}"),
        thanks=said.say("texts.annotation_thanks"),
    )
