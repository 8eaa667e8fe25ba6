import shutil

import pytest
from django.conf import settings

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """An installed Chromium where there is one, else Playwright's own."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **own, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture
def visit(browser, live_server, as_):
    """visit(person, path, **context) opens a page in a browser of that person; None is nobody."""
    contexts = []

    def visit(person, path, **options):
        context = browser.new_context(locale="de-DE", **options)
        contexts.append(context)
        if person is not None:
            session = as_(person).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield visit
    for context in contexts:
        context.close()
