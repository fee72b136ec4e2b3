"""Something changed: signals without content. Whoever hears one asks again through the way in."""
