"""What must stay true of every room, found by walking models, addresses, acts and sources.

A new room is held to all of it on its first day: a model, an address or an act that nobody has
thought about makes one of these tests fail, and so does an exception that nothing needs any more.
"""
