"""What comes from outside and goes there: files, calendars, other systems."""
