"""How we work together: what both sides can count on, said in plain words and agreed by both.

Who the worker is and who pays them, whether the meetings are wanted or ordered, what stays between
us, hours and answer time, the rules of each side, and who can decide what. Either side may change
the draft; it holds only when both have accepted exactly the same text; what held once stays as it was.
"""
