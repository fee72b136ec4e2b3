"""Who can see what: you choose the person, the thing, the reason and the time, and see exactly what they will see.

Nothing depends on it: whatever you keep for yourself, everything else here stays open to you. What
you take back is gone with their next look, in the page they have open too. A no is kept like a yes.
"""
