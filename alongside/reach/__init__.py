"""How and when somebody may be reached. All that will ever leave the house goes by these rules.

She says it herself, and nobody else can change it. Whoever wants her to know that there is something here
knocks (`actions.knock`); whether, when and which way a word leaves is decided in the moment in which it
leaves (`tending`), by what she has said then (`rules.may_go`). The word says nothing about anybody.
"""
