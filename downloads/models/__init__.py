from .download import Download
from .release import Release, ReleaseFile
from .watch import ReleaseNotice, ReleaseWatch

__all__ = ["Download", "Release", "ReleaseFile", "ReleaseNotice", "ReleaseWatch"]
