"""What is loaded ahead of the first visitor, and what is not."""

import logging
import subprocess
import sys

from app import warming


def test_every_page_is_loaded_ahead_and_torch_is_not():
    code = (
        "import sys; from app.warming import warm; warm()\n"
        "assert 'app.researcher.label_sets' in sys.modules and 'plotly.graph_objects' in sys.modules\n"
        "raise SystemExit('torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_page_that_cannot_be_loaded_ahead_is_logged_and_stops_nothing(monkeypatch, caplog):
    monkeypatch.setattr(warming, "MODULES", ("app.no_such_page",))
    with caplog.at_level(logging.ERROR):
        warming.warm_in_background().join(30)
    assert "could not be loaded ahead" in caplog.text
