"""Invoices as machines read them: taken out of the papers, checked, handed on by month."""
