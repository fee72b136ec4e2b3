"""What gets you through, and what is hard to talk about: at your pace, and only if you want it kept."""
