"""What a person lets others see: who, which kind of thing, why, from when, until when.

Consent is read whenever something is read, so what she takes back is gone with the next look, and
nothing has to be swept up afterwards. A no is kept like a yes.
"""
