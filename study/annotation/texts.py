"""The texts of an annotation task where its researcher writes no others."""

from study.design.texts import Texts

_CONSENT = """\
You are invited to help describe the emotion in faces, so that a computer can learn it from people.

- **What you will do.** You look at faces, one at a time, and {what}.
  You can stop and come back at any time with the same link.
- **Your choice.** Taking part is voluntary. You may stop at any time, without giving a reason.
- **What is kept.** Your answers, how long each took, and when you gave it. They are kept under a code,
  not under your name.
- **Risks.** None beyond those of looking at photographs or drawings of faces on a screen.
"""
_THANKS = "That was the last face. Thank you: every answer is saved, and you can close this page."
_WHAT = {
    "hard_label": "say which emotion each shows, if any",
    "soft_label": "say how strongly each shows each of eight emotions",
    "affect": "say how pleasant and how aroused each looks",
}
_INSTRUCTIONS = {
    "hard_label": """\
Choose the one emotion that the face shows most. **None**: it shows a state that is none of the eight.
**Uncertain**: you cannot tell. **Non-Face**: there is no face to be seen, or nearly nothing of one.
Say what the face shows and not what the person may have felt.
""",
    "soft_label": """\
Move each slider to how strongly the face shows that emotion: 0 is not at all, 1 is fully. Several emotions
may show at once, and the eight need not sum to 1. Leave at 0 what does not show. A face at rest is Neutral.
""",
    "affect": """\
Place the face on the grid. Left to right is **valence**: how unpleasant or pleasant the state looks.
Bottom to top is **arousal**: how calm or excited it looks. The middle is neither.
Sleepy is at the bottom, excitement at the top right, distress at the top left, boredom at the bottom left.
""",
}


def texts_of(form: str) -> Texts:
    """The texts of a form, each Markdown."""
    return Texts(
        consent=_CONSENT.format(what=_WHAT[form]),
        instructions=_INSTRUCTIONS[form],
        thanks=_THANKS,
    )
