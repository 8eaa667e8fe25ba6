"""How many presses a job takes, counted from the start page: typing and reading are free."""

from playwright.sync_api import Locator, Page


class Clicks:
    """A person at the start page of a company; press() counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, what: Locator) -> None:
        """Click, and count it."""
        what.click()
        self.count += 1
