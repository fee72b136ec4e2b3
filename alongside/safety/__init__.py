"""When it gets hard: who answers now, what you notice first and what helps, and whom you would call.

It is written by you, and yours alone unless you open it. Nobody watches this page, nothing in it is
counted or read by a machine, and it says so. It can be printed, and read without a line if you let it.
"""
