"""Keys and encrypted fields.

Every text that a person writes, every name and every contact is encrypted with a key of its own
partnership (a worker's name with the key of her organisation). The keys lie wrapped in a store of
their own; the root key that wraps them lies outside any database. Destroying one key destroys one
person's texts, everywhere they were copied to.
"""
