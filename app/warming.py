"""What the first visitor after a start would else wait for: the pages' modules, and a first chart."""

import gc
import importlib
import logging
import threading

MODULES = ("app.shell", "engine.evaluation.figures", "engine.preview", "study.figures.precision")
"""Every page, and what some load when they are drawn; none of it loads torch, which only networks need."""

log = logging.getLogger(__name__)


def warm_in_background() -> threading.Thread:
    """Load what the pages need beside the server's first answers; a page that comes sooner loads its own."""
    thread = threading.Thread(target=_warm, name="warming", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    try:
        warm()
    except Exception:
        # Nobody waits for this: whoever needs what failed meets the same problem and is told of it.
        log.exception("the pages could not be loaded ahead")


def warm() -> None:
    """Import every page and what their charts are drawn with, and draw one."""
    for name in MODULES:
        importlib.import_module(name)
    from app import charts
    from engine.emfacs import EMOTIONS
    from study.figures.template import LIGHT

    # Plotly loads the parts of a figure at the first that it draws and writes.
    charts.parts_figure({"Soft-label": [0.0] * len(EMOTIONS)}, LIGHT).to_json()
    # What is loaded by now stays: the collector need not look at it again while people wait.
    gc.collect()
    gc.freeze()
