"""Settings: each also from a file, refused in words, and in the table of the docs."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.lib import settings_table
from portal.lib.environment import Environment


def test_a_secret_may_stand_in_a_file(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("  s3cr3t\n")
    monkeypatch.setenv("S3_SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert Environment().str("S3_SECRET_KEY", "") == "s3cr3t"


def test_both_ways_at_once_are_refused(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("one")
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("METRICS_TOKEN", "two")
    with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN and METRICS_TOKEN_FILE are both set"):
        Environment().str("METRICS_TOKEN", "")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_said(tmp_path, monkeypatch, content):
    if content:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE cannot be read"):
        Environment().str("SECRET_KEY", "")


def test_the_table_of_the_docs_is_the_settings():
    """make settings writes it."""
    written = settings_table.table(settings_table.SOURCE.read_text())
    assert settings_table.TABLE.read_text() == written
    for name in ("SECRET_KEY", "DATABASE_URL", "METRICS_TOKEN", "ACCESS_LOG_YEARS"):
        assert f"| `{name}` |" in written


def test_the_words_above_a_setting_become_its_row():
    (row,) = settings_table.rows('# --- Files ---\n\n# How many.\n# Or none.\nX = env.int("COUNT", 3)\n')
    assert row == settings_table.Row("Files", "COUNT", "number", "3", "How many. Or none.")
