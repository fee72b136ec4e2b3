"""What we wrote: notes in which both of you have a voice, and your own pages that nobody else can open.

A note is shared with you at once, or a day later at the most. You can add to it, sign it, say where
you see it differently, and ask a third person to look. Nothing is overwritten: every version stays.
Where something is not shown to you, a mark says so, until when, and who decided it, and you can
challenge it.
"""
