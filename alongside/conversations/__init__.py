"""What you and your worker write to each other: answered in the time that you agreed, quiet when nobody works.

You are told at once when a person reads what you wrote, and who has read it. When nobody answers in time,
somebody else is asked to, by name. What was said can be put right or taken back, and never disappears.
"""
