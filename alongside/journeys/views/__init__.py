"""The pages that cross rooms, a module for each journey."""
