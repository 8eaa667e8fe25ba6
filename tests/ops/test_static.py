"""An upgrade changes names of static files; who has a page open keeps its style and scripts."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from portal.lib.static import retire

from .test_container import COMPOSE, DOCKERFILE, PRODUCTION, ROOT

DAY = dt.date(2026, 3, 1)


def release(root: Path, **files):
    """What collecting a release leaves: its files under hashed names, and the list of them."""
    root.mkdir(exist_ok=True)
    for hashed in files.values():
        for name in (hashed, hashed + ".br"):
            (root / name).write_text(hashed)
    paths = {f"{name}.css": hashed for name, hashed in files.items()}
    for name in paths:
        (root / name).write_text("")
    (root / "staticfiles.json").write_text(json.dumps({"paths": paths}))


def test_a_file_goes_days_after_its_last_release_and_not_days_after_its_making(tmp_path):
    release(tmp_path, portal="portal.aaa.css", base="base.111.css")
    retire(tmp_path, days=14, on=DAY)
    # Made a year ago, in use until today.
    os.utime(tmp_path / "portal.aaa.css", (0, 0))
    release(tmp_path, portal="portal.bbb.css", base="base.111.css")
    assert retire(tmp_path, days=14, on=DAY + dt.timedelta(300)) == 0
    assert retire(tmp_path, days=14, on=DAY + dt.timedelta(313)) == 0
    assert (tmp_path / "portal.aaa.css").exists() and (tmp_path / "portal.aaa.css.br").exists()
    assert retire(tmp_path, days=14, on=DAY + dt.timedelta(314)) == 2
    left = {path.name for path in tmp_path.iterdir()}
    assert "portal.aaa.css" not in left and {"portal.bbb.css", "base.111.css", "base.css"} <= left


def test_what_comes_back_is_in_use_again(tmp_path):
    release(tmp_path, portal="portal.aaa.css")
    release(tmp_path, portal="portal.bbb.css")
    retire(tmp_path, days=14, on=DAY)
    release(tmp_path, portal="portal.aaa.css")
    retire(tmp_path, days=14, on=DAY + dt.timedelta(10))
    release(tmp_path, portal="portal.bbb.css")
    assert retire(tmp_path, days=14, on=DAY + dt.timedelta(20)) == 0
    assert (tmp_path / "portal.aaa.css").exists()


def publish(root):
    keep = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "DATA_DIR")}
    environment = {**keep, **PRODUCTION, "STATIC_ROOT": str(root)}
    subprocess.run([sys.executable, "manage.py", "publish_static"], cwd=ROOT, check=True, env=environment)


def test_the_sheet_of_the_last_release_still_loads(tmp_path):
    """As the portal serves it: WhiteNoise over the folder, started after the upgrade."""
    from whitenoise import WhiteNoise

    publish(tmp_path)
    (sheet,) = tmp_path.glob("css/portal.*.css")
    old = sheet.rename(sheet.with_name("portal.0123456789ab.css"))
    publish(tmp_path)
    answered = WhiteNoise(None, root=str(tmp_path), prefix=settings.STATIC_URL).files
    assert f"/static/css/{old.name}" in answered and f"/static/css/{sheet.name}" in answered


def test_the_containers_share_the_folder():
    assert "publish_static" in COMPOSE and COMPOSE.count("static:/static") == 3
    assert "/data /static" in DOCKERFILE, "the volume belongs to the portal's user"
