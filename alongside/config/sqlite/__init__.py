"""SQLite set up so that an acknowledged write survives a power cut, and writers wait instead of failing."""
