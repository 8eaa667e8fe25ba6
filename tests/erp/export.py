"""A small ERP export with every kind of broken row, and what must become of it."""

CUSTOMERS = '''\
KdNr;Firma;Zusatz;Strasse;PLZ;Ort;Land;Telefon;EMail;UStIdNr;Anrede;Vorname;Nachname;EMailLizenzinhaber;Newsletter;Gesperrt;AngelegtAm
00123;Hausverwaltung Müßig GmbH;"Abt. Technik; 2. OG";Straße 1;01067;Dresden;D;0351 4520170;info@a.example;;Frau;Käthe;Öztürk;Kaethe@A.example;N;N;01.02.2010
;Ohne Nummer GmbH;;;;;D;;;;;;;;N;N;
124;"Zeile
mit Umbruch ""AG""";;Weg 2;80331;München;DE;;;;Herr;Jörg;Müller;joerg@b.example;J;N;31.12.2015
00123;Doppelt GmbH;;;;;D;;;;;;;;N;N;
125;;;;;;D;;;;;;;;N;N;
126;Falsche Mail GmbH;;;;;D;;;;;;;kein at-zeichen;N;N;01.01.2020
127;Datum GmbH;;;;;D;;;;;;;;N;N;31.02.2021
128;Kurze Zeile GmbH
129;Gruppe Eins GmbH;;;;;A;;;;Frau;Käthe;Öztürk;KAETHE@a.example;N;N;01.01.2020
130;Ohne Adresse eG;;;;;D;;;;Herr;Ohne;Adresse;;N;J;01.01.2020
131;Land GmbH;;;;;XX;;;;;;;;N;N;01.01.2020
'''

PEOPLE = """\
KdNr;Anrede;Vorname;Nachname;EMail;Telefon;Rechte;GueltigBis
00123;Herr;Ben;Bauer;ben@a.example;;SHOP,DOWNLOAD;
124;Herr;Ben;Bauer;BEN@a.example;;VERTRAG;31.12.2027
999;Frau;Nora;Niemand;nora@x.example;;SHOP;
00123;Herr;Ronny;Rechte;ronny@x.example;;SHOP,CHEF;
00123;Frau;Mia;Mehl;;;SHOP;
00123;Frau;Käthe;Öztürk;kaethe@a.example;;SHOP;01.01.2020
"""

PRODUCTS = """\
ProdNr;Bezeichnung;Kurztext;Aktiv
4000;DOMUS 4000;Verwaltung;J
1100;Modul Heizkosten;;J
"""

RELEASES = """\
ProdNr;Version;Datum;Programm;Plattform;Datei;Hinweise;Zurueckgezogen
9999;1.0;01.01.2025;Nichts;Windows;x.zip;;N
4000;26.1;01.03.2026;DOMUS 4000 Setup;Windows;setup.zip;"Neu.
Bitte sichern.";N
4000;99.0;01.01.2025;Setup;Windows;fehlt.zip;;N
4000;99.1;01.01.2025;Setup;Windows;../kunden.csv;;N
4000;25.1;01.03.2025;DOMUS 4000 Setup;Windows;alt.zip;;J
"""

LICENCES = """\
LizenzNr;KdNr;ProdNr;Anzahl;Kaufdatum;Art;LaufzeitBis;Pflege;PflegeBis
L-1;00123;4000;10;01.01.2020;K;;SPV;31.12.2027
L-2;124;4000;2;01.01.2024;M;31.12.2026;;
L-3;124;4000;1;01.06.2024;K;;UPV;31.12.2023
L-X;124;4711;1;01.01.2020;K;;;
L-Y;124;4000;viele;01.01.2020;K;;;
L-Z;124;4000;-2;01.01.2020;K;;;
"""

ARTICLES = """\
ArtNr;Bezeichnung;Beschreibung;Art;Warengruppe;Preis;MwSt;Einheit;PasstZu;LiefertProdNr;Aktiv
TSA-K1;Zusatzmodul;"Mit ""Anführung""; sofort";K;Software/Kauf;1.299,00;19;Stück;4000,1100;1100;J
TSA-X1;Ohne Preis;;K;Software/Kauf;;19;Stück;4000;;J
TSA-X2;Negativ;;K;Software/Kauf;-1,00;19;Stück;4000;;J
TSA-X3;Englisch;;K;Software/Kauf;1.299.00;19;Stück;4000;;J
TSA-X4;Falsche Art;;Q;Software/Kauf;1,00;19;Stück;4000;;J
TSA-X5;Passt zu nichts;;K;Software/Kauf;1,00;19;Stück;4000,4711;;J
"""

PRICES = """\
ArtNr;KdNr;AbMenge;Preis
TSA-K1;;5;1.199,00
TSA-K1;00123;1;999,50
TSA-NIX;;5;1,00
TSA-K1;777;1;1,00
"""

DOCUMENTS = """\
DokNr;KdNr;Typ;Datum;Titel;Datei
T-AGB;;AGB;01.01.2026;AGB;agb.pdf
AB-1;00123;AB;05.05.2026;Auftragsbestätigung;ab.pdf
D-X1;666;AB;01.01.2024;Fremd;ab.pdf
D-X2;00123;AB;01.01.2024;Ohne Datei;fehlt.pdf
D-X3;00123;XX;01.01.2024;Typ;ab.pdf
"""

ORDERS = """\
AuftragsNr;KdNr;Datum;Status;BestellerEMail;Bestellzeichen
A1;00123;10.11.2023;F;ben@a.example;BEST-1
A-X;555;01.01.2024;F;;
"""

ORDER_LINES = """\
AuftragsNr;Pos;ArtNr;Bezeichnung;Menge;Einzelpreis;MwSt
A1;1;TSA-K1;Zusatzmodul;3;33,33;19
A1;2;TSA-ALT;Gibt es nicht mehr;1;10,05;7
A-NIX;1;TSA-K1;x;1;1,00;19
A1;99;TSA-K1;x;0;1,00;19
"""

FILES = {
    "kunden.csv": CUSTOMERS,
    "personen.csv": PEOPLE,
    "produkte.csv": PRODUCTS,
    "versionen.csv": RELEASES,
    "lizenzen.csv": LICENCES,
    "artikel.csv": ARTICLES,
    "preise.csv": PRICES,
    "dokumente.csv": DOCUMENTS,
    "auftraege.csv": ORDERS,
    "auftragspositionen.csv": ORDER_LINES,
}

REFUSED = {
    "kunden.csv": [
        (3, "customer number missing"),
        (6, "customer number twice"),
        (7, "company name missing"),
        (8, "e-mail not valid"),
        (9, "date not valid"),
        (10, "too few columns"),
        (13, "country unknown"),
    ],
    "personen.csv": [(4, "customer unknown"), (5, "permission unknown"), (6, "e-mail missing")],
    "produkte.csv": [],
    "versionen.csv": [(2, "product unknown"), (5, "file missing"), (6, "file outside the folder")],
    "lizenzen.csv": [(5, "product unknown"), (6, "number not valid"), (7, "number not valid")],
    "artikel.csv": [
        (3, "price missing"),
        (4, "price not valid"),
        (5, "price not valid"),
        (6, "kind unknown"),
        (7, "product unknown"),
    ],
    "preise.csv": [(4, "article unknown"), (5, "customer unknown")],
    "dokumente.csv": [(4, "customer unknown"), (5, "file missing"), (6, "kind unknown")],
    "auftraege.csv": [(3, "customer unknown")],
    "auftragspositionen.csv": [(4, "order unknown"), (5, "number not valid")],
}
TAKEN = {
    "kunden.csv": 4,
    "personen.csv": 3,
    "produkte.csv": 2,
    "versionen.csv": 2,
    "lizenzen.csv": 3,
    "artikel.csv": 1,
    "preise.csv": 2,
    "dokumente.csv": 2,
    "auftraege.csv": 1,
    "auftragspositionen.csv": 2,
}


def write(folder, files=FILES, encoding="cp1252"):
    """The export as the ERP writes it, with the files its rows name."""
    for sub in ("dokumente", "versionen"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    for name in ("agb.pdf", "ab.pdf"):
        (folder / "dokumente" / name).write_bytes(b"%PDF-1.4 " + name.encode())
    for name in ("setup.zip", "alt.zip"):
        (folder / "versionen" / name).write_bytes(b"PK\x03\x04 " + name.encode())
    for name, text in files.items():
        (folder / name).write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return folder
