"""When it cannot wait, and who shall never look.

Somebody of the agency who has no seat here may be let in for an hour when somebody is in danger: they say why,
they show who they are, everything they open is written down, you are told, and somebody else looks at it
afterwards. And you can name somebody of the agency who shall not see your things: from then on they have no seat
here, and cannot be let in alone.
"""
