"""The soft-label engine: images in, soft-labels out.

Importing it loads no torch.
"""
