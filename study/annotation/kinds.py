"""Which design a study has: that of two experiments, or that of an annotation task."""

from db.tables import Study
from study.annotation.design import AnnotationDesign
from study.design.design import Design

ANNOTATION = "annotation"


def design_of(study: Study) -> Design | AnnotationDesign:
    """A study's design as it is kept with it."""
    if study.kind == ANNOTATION:
        return AnnotationDesign.from_dict(study.design)
    return Design.from_dict(study.design)
