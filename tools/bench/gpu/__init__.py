"""FLUX.1-dev on a GPU under memory budgets, beside diffusers."""
