"""My copy: taking everything with you, bringing it into another house, and having it erased."""
