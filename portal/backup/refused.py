from portal.lib.refusals import Refused


class BackupRefused(Refused):
    """No backup, or no restore; the text says why."""
