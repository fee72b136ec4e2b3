"""Ids, time, text and form pieces that know nothing of the domain."""
