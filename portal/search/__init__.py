"""The one search: everything a person may see at a company, behind the magnifier."""
