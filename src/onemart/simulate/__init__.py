"""A shop that is made up, whose truth is known: every canonical feed of it, as ordinary deliveries."""
