"""The colours of the program: one per emotion, told apart by colour-blind readers too, never used alone."""

# Okabe and Ito's set (2008), with Tol's wine (2021) for Contempt; Neutral is grey.
EMOTION_COLOURS: dict[str, str] = {
    "Neutral": "#8A8F98",
    "Happy": "#E69F00",
    "Sad": "#0072B2",
    "Surprise": "#56B4E9",
    "Fear": "#CC79A7",
    "Disgust": "#009E73",
    "Anger": "#D55E00",
    "Contempt": "#882255",
}

# The parts of a soft-label (Eq. 14): what the ensemble says, what the action units say, and their mean.
PART_COLOURS: dict[str, str] = {"Soft-label": "#0072B2", "Ensemble": "#56B4E9", "Action units": "#E69F00"}
