"""Photos of letters, and voice notes: what somebody shows or says instead of typing it.

A photo is drawn anew from what is to be seen on it, so that it does not tell where it was taken. A
voice note is a minute at most. What is said can be written down beside it, and only whoever spoke
says that it is written right.
"""
