"""Demo faces, drawn from action units; numpy and Pillow alone."""

from engine.faces.illustrations import render_action_unit, render_expression
from engine.faces.render import render_face
from engine.faces.spec import FaceError, FaceSpec

__all__ = ["FaceError", "FaceSpec", "render_action_unit", "render_expression", "render_face"]
