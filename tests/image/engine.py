"""Docker where its daemon answers, else buildah: build an image, and run words in it on this machine's own network."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAG = "localhost/portal:test"
# Such as "-v /etc/ssl/certs:/etc/ssl/certs:ro", where a proxy has certificates of its own.
MORE = shlex.split(os.environ.get("IMAGE_BUILD_OPTIONS", ""))


def asked(*words):
    return subprocess.run(words, capture_output=True, text=True)


class Docker:
    @staticmethod
    def is_here():
        return (
            bool(shutil.which("docker")) and asked("docker", "info", "--format", "{{.ServerVersion}}").returncode == 0
        )

    def build(self):
        subprocess.run(["docker", "build", *MORE, "-t", TAG, "."], cwd=ROOT, check=True)

    def facts(self):
        """(bytes, what the image says about itself)."""
        (found,) = json.loads(asked("docker", "image", "inspect", TAG).stdout)
        return found["Size"], found["Config"]

    def command(self, words, environment):
        given = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        own = ["--rm", "--read-only", "--tmpfs", "/tmp", "--network", "host"]
        return ["docker", "run", *own, *given, TAG, *words]

    def end(self):
        """Nothing is left: each container goes by itself."""


class Buildah:
    """Without a daemon, and without rights of its own: what runs is closed into the image's folder."""

    container = ""

    @staticmethod
    def is_here():
        return bool(shutil.which("buildah")) and os.geteuid() == 0

    def build(self):
        own = ["--isolation", "chroot", "--format", "docker", "--layers", "-t", TAG]
        subprocess.run(["buildah", "build", *own, *MORE, "."], cwd=ROOT, check=True)
        self.container = asked("buildah", "from", TAG).stdout.strip()

    def facts(self):
        place = asked("buildah", "mount", self.container).stdout.strip()
        used = asked("du", "-s", "--apparent-size", "--block-size=1", place).stdout.split()[0]
        asked("buildah", "umount", self.container)
        found = json.loads(asked("buildah", "inspect", "--type", "image", TAG).stdout)
        return int(used), found["Docker"]["config"]

    def command(self, words, environment):
        given = [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
        return ["buildah", "run", "--isolation", "chroot", *given, self.container, "--", *words]

    def end(self):
        asked("buildah", "rm", self.container)


def engine():
    """The first that is at hand, or None."""
    return next((one() for one in (Docker, Buildah) if one.is_here()), None)
