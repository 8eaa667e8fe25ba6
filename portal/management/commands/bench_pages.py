import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.bench import filling, plans
from portal.bench.measuring import Bench, PageRefused
from portal.bench.pages import all_pages
from portal.bench.serving import serving

SIZES = {"small": filling.SMALL, "large": filling.LARGE}


class Command(BaseCommand):
    help = "Measure every main page beside the bare page; `make bench` prepares the databases it needs."

    def add_arguments(self, parser):
        parser.add_argument("size", choices=SIZES)
        parser.add_argument("--postmaster", type=int, required=True, help="process id of PostgreSQL's first process")
        parser.add_argument("--bare", required=True, help="DATABASE_URL of the bare page's site")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--turns", type=int, default=15)
        parser.add_argument("--only", default="", help="names of pages, or parts of names, by commas")

    def handle(self, size, postmaster, bare, out, rounds, turns, only, **options):
        if settings.DEBUG:
            raise CommandError("DEBUG keeps every query in memory; the figures would be worthless.")
        if not filling.is_filled():
            filling.fill(SIZES[size], lambda part: self.stdout.write(f"Filling: {part}"))
        wanted = [part for part in only.split(",") if part]
        pages = [page for page in all_pages() if not wanted or any(part in page.name for part in wanted)]
        own = {"DATABASE_URL": bare, "DJANGO_SETTINGS_MODULE": "portal.bench.bare.settings"}
        cookie = subprocess.run(
            [sys.executable, "-m", "portal.bench.bare.prepare"],
            cwd=settings.BASE_DIR, env={**os.environ, **own}, check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        try:
            with serving("portal.wsgi", {"DB_POOL": "8"}) as site, serving("portal.bench.bare.site", own) as beside:
                measured = Bench(site, beside, cookie, postmaster).measure(pages, rounds, turns, self.stdout.write)
        except PageRefused as refusal:
            raise CommandError(str(refusal)) from None
        asked = {page.name: plans.look_at(page, explained=size == "large") for page in pages}
        rows = {name: {**figures.as_json(), **asked[name].as_json()} for name, figures in measured.items()}
        out.write_text(json.dumps(rows, indent=1, ensure_ascii=False))
