"""Which tables have a history. A new one of the admin gets a line in WATCHED, by a migration, or one in WITHOUT."""

# "app.Model" -> why staff need no history of it.
WITHOUT = {
    "access.AccessEvent": "a log itself",
    "access.Invitation": "keeps its own moments; what it leads to stands at the membership",
    "access.AccessReview": "keeps who closed it and when",
    "accounts.NewsletterConsent": "each row is a proof with its moments",
    "contracts.Acceptance": "a proof that nobody changes",
    "contracts.DocumentOpening": "a log itself",
    "contracts.DeletionReport": "a log itself",
    "contracts.Publication": "a log itself; its documents have their own history",
    "contracts.ElectronicInvoice": "read out of the paper by the portal, changed by nobody",
    "downloads.Download": "a log itself",
    "downloads.DownloadPass": "keeps its own events",
    "downloads.InstalledVersion": "a note of the customer's",
    "downloads.Upload": "changes with every piece that arrives",
    "orders.WebhookCall": "a log itself",
    "portal.ErpExport": "keeps who asked for it",
    "portal.ErpRun": "a log itself",
    "portal.MailHandover": "a log itself",
    "portal.Sweep": "written over by every run",
    "portal.Trouble": "comes and goes by itself",
    "shop.Miss": "counted, not written",
}
