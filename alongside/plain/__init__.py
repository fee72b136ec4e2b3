"""Words that are easy to read and do not hurt: hints for what staff write, in three languages.

A hint never blocks, and never stands beside a person's own words. What she calls things wins over
every list, and an agency can add to the lists.
"""
