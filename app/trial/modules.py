"""JavaScript modules joined into one, because Streamlit takes a component's script as a single text."""

import re
from pathlib import Path

_IMPORT = re.compile(r"^import \{[^}]*\} from \"[./a-z]+\.js\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def joined(*paths: Path) -> str:
    """The modules at `paths`, in the order in which they need each other; the last has the default export.

    A component that no installed package carries gets its JavaScript as one string, where a relative import
    leads nowhere. So the imports go, and the exports but the default one.
    """
    sources = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return _EXPORT.sub("", _IMPORT.sub("", sources))
