"""Where an image's metadata comes from when its data set has none: one module a provider."""
