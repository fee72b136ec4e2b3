"""Finding something again in what you may see, and in nothing else. What you type is kept nowhere."""
