"""A ZIP of the export is judged before anything of it is unpacked."""

import io
import stat
import zipfile

import pytest

from portal.erp import TABLES
from portal.erp_runs.package import PackageRefused, judge, pack, unpack

from . import export

NAMES = [table.file for table in TABLES]


def zipped(*files, **options):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files:
            package.writestr(name, content, **options)
    return raw


def test_what_belongs_to_the_export_is_taken_and_other_files_are_passed_over():
    raw = zipped(("kunden.csv", "x"), ("dokumente/ab.pdf", "y"), ("erwartet.json", "{}"), ("notes/kunden.csv", "z"))
    assert set(judge(raw, NAMES)) == {"kunden.csv", "dokumente/ab.pdf"}


def test_a_folder_around_everything_is_no_matter(tmp_path):
    raw = zipped(("export/kunden.csv", "x"), ("export/dokumente/ab.pdf", "y"), ("__MACOSX/export/kunden.csv", "no"))
    unpack(raw, NAMES, tmp_path)
    assert (tmp_path / "kunden.csv").read_text() == "x"
    assert (tmp_path / "dokumente/ab.pdf").read_text() == "y"


@pytest.mark.parametrize(
    "name",
    [
        "../kunden.csv",
        "/kunden.csv",
        "dokumente/../../x.pdf",
        "dokumente\\..\\..\\x.pdf",
        "C:/x.pdf",
        "a\nb.csv",
        ".",
    ],
)
def test_names_that_lead_out_are_refused(name, tmp_path):
    raw = zipped(("kunden.csv", "x"), (name, "x"))
    with pytest.raises(PackageRefused):
        unpack(raw, NAMES, tmp_path)
    assert not list(tmp_path.iterdir()), "nothing was unpacked"


def test_links_are_refused():
    link = zipfile.ZipInfo("dokumente/ab.pdf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(PackageRefused):
        judge(zipped(("kunden.csv", "x"), (link, "/etc/passwd")), NAMES)


def test_a_bomb_is_refused():
    with pytest.raises(PackageRefused):
        judge(zipped(("kunden.csv", "0" * 5_000_000)), NAMES)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("again", ["dokumente/ab.pdf", "dokumente/AB.pdf", "dokumente/a\u0308b.pdf"])
def test_a_name_comes_once(again):
    first = "dokumente/\u00e4b.pdf" if "\u0308" in again else "dokumente/ab.pdf"
    with pytest.raises(PackageRefused):
        judge(zipped(("kunden.csv", "x"), (first, "y"), (again, "z")), NAMES)


@pytest.mark.parametrize("raw", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_what_is_no_zip_is_refused(raw):
    with pytest.raises(PackageRefused):
        judge(io.BytesIO(raw), NAMES)


def test_a_zip_without_a_table_is_refused():
    with pytest.raises(PackageRefused):
        judge(zipped(("readme.txt", "x")), NAMES)


def test_a_zip_whose_bytes_are_broken_is_refused(tmp_path):
    raw = zipped(("kunden.csv", "x" * 500))
    for place in range(40, 46):
        broken = bytearray(raw.getvalue())
        broken[place] ^= 0xFF
        (tmp_path / str(place)).mkdir()
        with pytest.raises(PackageRefused):
            unpack(io.BytesIO(bytes(broken)), NAMES, tmp_path / str(place))


def test_packed_and_unpacked_is_the_same(tmp_path):
    folder = export.write(tmp_path / "export")
    raw = io.BytesIO()
    pack(folder, NAMES, raw)
    (tmp_path / "again").mkdir()
    unpack(raw, NAMES, tmp_path / "again")
    names = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert names == {p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*") if p.is_file()}
    assert all((folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)
