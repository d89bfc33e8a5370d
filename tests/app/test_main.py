import tomllib
from pathlib import Path

import pytest
from streamlit import config
from streamlit.web.server.app_discovery import discover_asgi_app

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())


def test_streamlit_finds_the_application():
    assert discover_asgi_app(ROOT / "app" / "main.py").import_string == "main:app"


def test_every_setting_is_one_that_streamlit_knows():
    known = set(config._config_options_template)
    named = {f"{section}.{key}" for section in CONFIG for key in CONFIG[section] if section != "theme"}
    named |= {f"theme.{key}" for key in CONFIG["theme"] if not isinstance(CONFIG["theme"][key], dict)}
    named |= {f"theme.{mode}.{key}" for mode in ("light", "dark") for key in CONFIG["theme"][mode]}
    assert named <= known


def test_the_server_is_calm_and_private():
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["server"]["enableXsrfProtection"]
    assert CONFIG["server"]["fileWatcherType"] == "none"
    assert not CONFIG["browser"]["gatherUsageStats"]
    assert not CONFIG["runner"]["postScriptGC"]
    assert CONFIG["client"]["showErrorDetails"] == "none"


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_themes_are_legible(mode):
    theme = CONFIG["theme"][mode]
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert _contrast(theme["textColor"], ground) >= 7
        assert _contrast(theme["linkColor"], ground) >= 4.5
        assert _contrast(theme["primaryColor"], ground) >= 3  # a control's edge, not text
    assert _contrast("#FFFFFF", theme["primaryColor"]) >= 4.5  # a button's words
