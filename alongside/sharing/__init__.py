"""Who can see what: you choose the person, the thing, the reason and the time, and see exactly what they will see."""
