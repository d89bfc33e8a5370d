"""Judging labels: bundles on test images (Tables 4, 6-10), label files alone and beside each other."""
