"""The researchers' rooms: studies, gallery, one image, and the agreement dashboard."""
