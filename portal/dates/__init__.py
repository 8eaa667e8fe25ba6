"""Termine: everything with a day at a company, as page and as a calendar that programs subscribe to."""
