"""What shall we do about…? A question, the ways there are, what matters, and a choice that is hers alone.

Either may put things on the table; only she weighs, leans, checks and chooses. What a worker would
do themselves stays sealed until she has said where she leans, or asks to hear it.
"""
