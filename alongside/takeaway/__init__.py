"""My copy: taking everything with you, bringing it into another house, and having it erased.

Nobody asks why. The copy is one file that you can read without us, in ten years too. What is erased
is gone: the key that opens it is destroyed, wherever it was copied to.
"""
