"""What gets you through, and what is hard to talk about: at your pace, and only if you want it kept.

Others can tell you what they saw you do; it stays only if you say so. A hard subject has a plain word
of your choosing, and you say when, how much, where and with whom. Only you move it on.
"""
