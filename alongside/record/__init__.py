"""What was said and written: your own words first, what your worker heard, and the picture so far.

Your words are kept to the letter, and only you can change them or take them back. What your worker
thinks waits until you have spoken, or have said “you start”. Nothing is ever overwritten: every
earlier version stays, and both of you can read it.
"""
