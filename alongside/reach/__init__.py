"""How and when somebody may be reached. All that will ever leave the house goes by these rules.

She says it herself, and nobody else can change it. Nothing leaves the house yet: messages come later.
"""
