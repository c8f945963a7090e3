"""Tests that pages name as evidence are there."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted((REPOSITORY / "docs").rglob("*.md"))
# A file, perhaps with one test in it and others behind.
NAMED = re.compile(
    r"`(?:tests/[\w/]*)?(test_\w+\.py)(?:::(test_\w+))?`(?:(?:,| and) `(test_\w+)`)*"
)
# Files of one name in several folders are as one.
FILES: dict[str, str] = {}
for path in sorted((REPOSITORY / "tests").rglob("test_*.py")):
    FILES[path.name] = FILES.get(path.name, "") + path.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_test_that_a_page_names_is_there(page):
    for found in NAMED.finditer(page.read_text("utf-8")):
        file = found[1]
        assert file in FILES, f"{page.name}: there is no {file}"
        for test in re.findall(r"\btest_\w+(?!\w*\.py)\b", found[0].replace(file, "")):
            assert f"def {test}(" in FILES[file], f"{page.name}: there is no {file}::{test}"


@pytest.mark.parametrize("page", ["faults.md", "trust.md"])
def test_pages_that_promise_name_tests(page):
    text = (REPOSITORY / "docs" / page).read_text("utf-8")
    assert len(NAMED.findall(text)) > 10
