"""Near real time: what is delivered is in the marts within a minute, in one warm process."""
