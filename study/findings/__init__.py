"""Findings: answers in, estimates with intervals out. No database."""
