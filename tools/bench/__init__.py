"""easel beside diffusers on the same checkpoints, in one run."""
