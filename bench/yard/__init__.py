"""The yardstick: pages with the same middleware, session and account, and nothing of the house's promises.

No seat is asked for, nothing is decrypted; a page of entries reads a plain table, fills a template of
the same size and writes one plain log row.
"""
