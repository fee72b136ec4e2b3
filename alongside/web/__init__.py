"""The frame of every page, the pieces pages are made of, and the pages that belong to no room."""
