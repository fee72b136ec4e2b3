"""Finding something again in what you may see."""
