"""The reminders' promise put to the test: real workers against the stand-in, killed and starved while they send."""
