"""Reports of a study: its findings as one page, as numbers, and as figure files."""
