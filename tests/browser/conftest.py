import pytest

from portal.demo.logins import PASSWORD

from ..demo import once
from ..threads import PATIENCE


@pytest.fixture
def demo(db):
    once.load()


@pytest.fixture
def log_in(browser, live_server):
    """A page of somebody who has just logged in by the form; console errors and failed answers are collected."""
    contexts = []

    def log_in(login, password=PASSWORD):
        context = browser.new_context(locale="de-DE", accept_downloads=True)
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.goto(live_server.url)
        page.get_by_label("Benutzername oder E-Mail-Adresse").fill(login)
        page.get_by_label("Passwort", exact=True).fill(password)
        page.get_by_role("button", name="Anmelden").click()
        return page

    yield log_in
    for context in contexts:
        context.close()
