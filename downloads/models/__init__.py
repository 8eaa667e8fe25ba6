from .download import Download
from .installed import InstalledVersion
from .passes import DownloadPass, PassEvent
from .release import Release, ReleaseFile
from .upload import Upload
from .watch import ReleaseNotice, ReleaseWatch

__all__ = [
    "Download",
    "DownloadPass",
    "InstalledVersion",
    "PassEvent",
    "Release",
    "ReleaseFile",
    "ReleaseNotice",
    "ReleaseWatch",
    "Upload",
]
