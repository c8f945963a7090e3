"""The pages of this repository: their commands, their links, and what links can lead to."""

import re
import shlex
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]
# For readers; the changelog tells of what was, and is looked at for its links alone.
PAGES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "config/*.md", "examples/*.md", "results/*.md")
    for path in REPOSITORY.glob(pattern)
)
# With what a command begins, in the text of a page.
INLINE = re.compile(r"(uv run|snakemake|python -m thermophoresis|thermophoresis) ")
# Blocks in which every line is a command, and those where commands follow a prompt.
OF_COMMANDS = ("sh", "bash", "shell")
OF_SESSIONS = ("", "console", "text")
PROMPT = "$ "


class Command(NamedTuple):
    """A command as a page has it, without its comment.

    Attributes
    ----------
    page, line
        Where.
    text
        What a user is to type.
    """

    page: str
    line: int
    text: str

    @property
    def parts(self) -> list[list[str]]:
        """The commands that are joined by ``&&``, each as words."""
        lexer = shlex.shlex(self.text, posix=True, punctuation_chars="&|")
        lexer.whitespace_split = True
        parts: list[list[str]] = [[]]
        for word in lexer:
            if word == "&&":
                parts.append([])
            else:
                parts[-1].append(word)
        return parts


def text_of(page: str) -> str:
    return (REPOSITORY / page).read_text("utf-8")


def blocks(text: str) -> Iterator[tuple[str | None, int, list[str]]]:
    """Yield each block of code: its language (None if it is indented), first line, lines."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        begin = number
        if fence := re.match(r"( *)```(\w*)", lines[number]):
            number += 1
            while not lines[number].startswith(f"{fence[1]}```"):
                number += 1
            yield fence[2], begin + 2, [it.strip() for it in lines[begin + 1 : number]]
        # In an item of a list, code is indented by as much again.
        elif re.match(r" {4}", lines[number]) and not lines[number - 1].strip():
            while number < len(lines) and (re.match(r" {4}", lines[number])):
                number += 1
            yield None, begin + 1, [it.strip() for it in lines[begin:number]]
        number += 1


def prose(text: str) -> str:
    """Return a page with what is in blocks and comments emptied, on the same lines."""
    lines = text.split("\n")
    for _, first, block in blocks(text):
        lines[first - 1 : first - 1 + len(block)] = [""] * len(block)
    lines = ["" if line.strip().startswith("```") else line for line in lines]
    return "\n".join(lines)


def commands(page: str, text: str | None = None) -> Iterator[Command]:
    """Yield every command of a page: of blocks, after prompts, and in the text."""
    text = text_of(page) if text is None else text
    for language, first, lines in blocks(text):
        prompted = [line.startswith(PROMPT) for line in lines]
        if language is not None and language not in (*OF_COMMANDS, *OF_SESSIONS):
            continue
        for number, line in enumerate(lines):
            if language in OF_SESSIONS and any(prompted) and not prompted[number]:
                continue
            typed = re.sub(r"(^|\s+)#.*$", "", line.removeprefix(PROMPT))
            if typed:
                yield Command(page, first + number, typed)
    for found in re.finditer(r"(?<!`)`([^`\n]+)`(?!`)", plain := prose(text)):
        if INLINE.match(found[1]):
            yield Command(page, plain.count("\n", 0, found.start()) + 1, found[1])


def links(page: str, text: str | None = None) -> Iterator[tuple[int, str]]:
    """Yield the line and the target of every link and image of a page."""
    plain = prose(text_of(page) if text is None else text)
    plain = re.sub(r"`[^`\n]*`", lambda code: " " * len(code[0]), plain)
    for found in re.finditer(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)", plain):
        yield plain.count("\n", 0, found.start()) + 1, found[1]


def anchors(text: str) -> set[str]:
    """Return what links to a page can name: its headings, as GitHub turns them into names."""
    found: dict[str, int] = {}
    names = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", prose(text), re.MULTILINE):
        shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        kept = (
            it
            for it in shown
            if it in " -_" or unicodedata.category(it)[0] in "LN" or unicodedata.combining(it)
        )
        name = "".join(kept).replace(" ", "-")
        count = found.get(name, -1) + 1
        found[name] = count
        names.add(f"{name}-{count}" if count else name)
    return names | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
