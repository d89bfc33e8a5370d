"""Figures of findings. Importing this package loads no plotly; its modules do."""
