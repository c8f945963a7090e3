"""Every link of every page leads somewhere: to a file of the repository, and to a heading in it."""

import pytest
from pages import PAGES, REPOSITORY, anchors, links, text_of

ELSEWHERE = ("https://", "http://", "mailto:")


def broken(page, text=None):
    """Return the links of a page that lead nowhere, each with its line."""
    found = []
    for line, target in links(page, text):
        if target.startswith(ELSEWHERE):
            continue
        path, _, anchor = target.partition("#")
        file = (REPOSITORY / page).parent / path if path else REPOSITORY / page
        if not file.exists():
            found.append(f"{line}: {target}: no such file")
        elif anchor and (file.suffix != ".md" or anchor not in anchors(file.read_text("utf-8"))):
            found.append(f"{line}: {target}: no such heading")
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_what_there_is(page):
    assert broken(page) == []


def test_pages_are_those_that_readers_find():
    assert {"README.md", "docs/running.md", "config/README.md", "examples/README.md"} < {*PAGES}
    assert sum(len(list(links(page))) for page in PAGES) > 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("see [it](nowhere.md)", ["1: nowhere.md: no such file"]),
        ("![a figure](figures/none.svg)", ["1: figures/none.svg: no such file"]),
        ("\n[it](running.md#read-the-result)", ["2: running.md#read-the-result: no such heading"]),
        ("[it](running.md#read-the-results)", []),
        ("[code](https://example.org/a_(b)) and `[no](link)`", []),
        ("```\n[no](link)\n```\n", []),
    ],
)
def test_what_leads_nowhere_is_told(text, told):
    assert broken("docs/page.md", text) == told


def test_headings_are_named_as_github_names_them():
    text = "# η²/|B|: *what* `it_is`\n## [Linked](x.md), twice\n## Linked, twice\n```\n# no\n```\n"
    assert anchors(text) == {"η²b-what-it_is", "linked-twice", "linked-twice-1"}
    assert "own-network-module" not in anchors(text_of("config/README.md"))
    assert "your-own-network-module" in anchors(text_of("config/README.md"))
