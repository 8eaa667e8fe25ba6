"""What stands in the papers of the demo, by kind; paragraphs, headings that begin with "§", and new pages. Made up."""

PAGE = "---"

TEXTS = {
    "AB": [
        "Wir nehmen Ihre Bestellung zu den vereinbarten Preisen an.",
        "Die Lieferung erfolgt über Ihr Kundenportal.",
    ],
    "RE": [
        "Für die vereinbarten Leistungen berechnen wir den Betrag nach Vertrag.",
        "Zahlbar innerhalb von 14 Tagen.",
    ],
    "SPV": [
        "§ 1 Gegenstand",
        "Gegenstand ist die Pflege der Software: neue Versionen, Fehlerbehebung und telefonische Hilfe.",
        "§ 2 Neue Versionen",
        "Der Anbieter stellt neue Versionen im Kundenportal bereit und beschreibt, was sich ändert. Der Kunde spielt sie "
        "selbst ein oder beauftragt damit einen IT-Partner.",
        "§ 3 Fehler",
        "Fehler meldet der Kunde mit einer Beschreibung, nach der sie sich wiederholen lassen. Behoben werden sie durch "
        "eine neue Version oder durch einen anderen Weg zum selben Ergebnis.",
        PAGE,
        "§ 4 Hilfe und Erreichbarkeit",
        "Telefonisch und schriftlich ist die Hilfe an Werktagen erreichbar. Ein Fernzugriff auf Rechner des Kunden "
        "geschieht nur, wenn er ihn für den einzelnen Fall freigibt.",
        "§ 5 Mitwirkung",
        "Der Kunde sichert seine Daten täglich und hält seine Rechner auf einem Stand, den die Software voraussetzt.",
        "§ 6 Vergütung",
        "Die Vergütung wird vierteljährlich im Voraus berechnet.",
        PAGE,
        "§ 7 Laufzeit und Kündigungsfrist",
        "Die Pflege läuft ein Jahr. Sie verlängert sich um je ein Jahr, wenn sie nicht gekündigt wird. Die Kündigungsfrist "
        "beträgt drei Monate zum Ablauf des Jahres; die Kündigung bedarf der Textform.",
    ],
    "UPV": [
        "§ 1 Gegenstand",
        "Gegenstand ist die Lieferung neuer Versionen ohne telefonische Hilfe.",
        "§ 2 Laufzeit",
        "Die Laufzeit beträgt ein Jahr.",
    ],
    "AVV": [
        "§ 1 Gegenstand und Dauer",
        "Der Auftragsverarbeiter verarbeitet personenbezogene Daten nur für die Pflege der Programme des "
        "Verantwortlichen und so lange, wie der Pflegevertrag läuft.",
        "§ 2 Weisungen",
        "Der Auftragsverarbeiter verarbeitet personenbezogene Daten nur auf dokumentierte Weisung.",
        "§ 3 Vertraulichkeit",
        "Wer Zugang zu den Daten hat, ist zur Vertraulichkeit verpflichtet.",
        "§ 4 Maßnahmen und weitere Auftragsverarbeiter",
        "Technische und organisatorische Maßnahmen und die eingesetzten Unterauftragsverarbeiter nennen die Anlagen. "
        "Jeder Wechsel wird vorher angekündigt; der Verantwortliche kann Einspruch erheben.",
        "§ 5 Ende",
        "Nach dem Ende der Verarbeitung werden die Daten gelöscht oder zurückgegeben.",
    ],
    "AGB": [
        "§ 1 Geltung",
        "Diese Bedingungen gelten für Bestellungen von Unternehmen.",
        "§ 2 Vertrag",
        "Eine Bestellung ist ein Angebot; der Vertrag kommt mit der Auftragsbestätigung zustande.",
    ],
    "TOM": [
        "§ 1 Zutritt und Zugang",
        "Die Server stehen in einem Rechenzentrum mit Zutrittskontrolle. Anmeldungen verlangen einen zweiten Faktor.",
        "§ 2 Zugriff",
        "Berechtigungen werden nach Aufgabe vergeben, jährlich geprüft und protokolliert.",
        "§ 3 Weitergabe",
        "Daten werden verschlüsselt übertragen.",
        "§ 4 Verfügbarkeit",
        "Sicherungen entstehen täglich, liegen an zwei Orten und werden regelmäßig zurückgespielt.",
    ],
}
