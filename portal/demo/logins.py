PASSWORD = "Sonnenhof-2026!"  # noqa: S105 - the demo's, printed at every start

LOGINS = [
    ("DOMUS_12345", "Petra Sonntag, licence holder of Hausverwaltung Sonnenhof (or petra@sonnenhof.example)"),
    ("deniz@sonnenhof.example", "Deniz Demir, deputy: all switches"),
    ("ben@sonnenhof.example", "Ben Bauer: Shop & Bestellungen"),
    ("dora@sonnenhof.example", "Dora Dietz: Downloads"),
    ("ivo@it-partner.example", "Ivo Iversen, IT partner of two companies: Downloads"),
    ("DOMUS_20001", "Malte Nordmann, licence holder of Nordlicht Immobilien (or malte@nordlicht.example)"),
    ("DOMUS_30000", "the licence holder of Altbau Ost, no e-mail linked, maintenance ended"),
    ("admin", "the vendor's superuser, at /admin/"),
    ("vertrieb", "the vendor's sales, at /admin/"),
]
