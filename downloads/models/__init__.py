from .download import Download
from .passes import DownloadPass, PassEvent
from .release import Release, ReleaseFile
from .watch import ReleaseNotice, ReleaseWatch

__all__ = ["Download", "DownloadPass", "PassEvent", "Release", "ReleaseFile", "ReleaseNotice", "ReleaseWatch"]
