"""The ERP's export in the admin: packages on their way in, the nights' folder, what went out again."""
