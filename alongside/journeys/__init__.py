"""What crosses rooms: founding the house, starting a partnership, joining it, and what the day holds."""
