"""Tests that pages name as evidence are there."""

import re
from pathlib import Path

import pytest
from pages import PAGES, REPOSITORY, text_of

# A file, perhaps with one test in it and others behind.
NAMED = re.compile(
    r"`(?:tests/[\w/]*)?(test_\w+\.py)(?:::(test_\w+))?`(?:(?:,| and) `(test_\w+)`)*"
)
# Files of one name in several folders are as one.
FILES: dict[str, str] = {}
for path in sorted((REPOSITORY / "tests").rglob("test_*.py")):
    FILES[path.name] = FILES.get(path.name, "") + path.read_text("utf-8")


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_every_test_that_a_page_names_is_there(page):
    for found in NAMED.finditer(text_of(page)):
        file = found[1]
        assert file in FILES, f"{page}: there is no {file}"
        for test in re.findall(r"\btest_\w+(?!\w*\.py)\b", found[0].replace(file, "")):
            assert f"def {test}(" in FILES[file], f"{page}: there is no {file}::{test}"


@pytest.mark.parametrize("page", ["faults.md", "trust.md"])
def test_pages_that_promise_name_tests(page):
    assert len(NAMED.findall(text_of(f"docs/{page}"))) > 10


def unknown_tests(row):
    """Return the tests that a row of a table names and that there are not."""
    names = re.findall(r"`([\w/]*test_\w+\.py)?(?:::)?(test_\w+)?`", row)
    files = {name for name, _ in names if name}
    found = {file: list((REPOSITORY / "tests").rglob(Path(file).name)) for file in files}
    text = "".join(it.read_text("utf-8") for places in found.values() for it in places)
    yield from (file for file, places in found.items() if not places)
    yield from (test for _, test in names if test and f"def {test}(" not in text)


def test_the_tests_that_show_what_is_promised_are_there():
    rows = [it for it in text_of("docs/faults.md").splitlines() if it.startswith("|")]
    assert sum("test_" in row for row in rows) > 30
    assert [it for row in rows for it in unknown_tests(row)] == []
    assert list(unknown_tests("| `test_links.py::test_none` |")) == ["test_none"]
    assert list(unknown_tests("| `test_of_no_file.py` |")) == ["test_of_no_file.py"]
