"""Preregistration: a study's plan and what it expects, frozen before anybody is asked, and checked after."""
