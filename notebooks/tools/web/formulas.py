"""Formulas of the pages, drawn when the site is made: by Debian's KaTeX, in one
process for the whole site. A reader's browser runs no script for them, the page
does not jump while it loads, and a formula can be shown wherever it is mentioned.

While pages are put together a formula is a mark of two private characters with
its number between them, which Markdown and the parser of HTML leave alone.
"""
import base64
import json
import pathlib
import re
import subprocess

KATEX = pathlib.Path("/usr/share/javascript/katex")
MARK = re.compile("\ue000(\\d+)\ue001")
NUMBER = re.compile(r"\\q?quad\s*\((?:\\text\{)?([^()]*(?:2|A)\.\d+)\}?\)\s*$")
TAG = re.compile(r"\\tag\{([^{}]*)\}")
LABEL = re.compile(r"\b(?:2|A)\.\d+\b")


def numbers(tag):
    """The numbers in a tag, as "first:2.5" where it says that the first draft is meant."""
    first = "first:" if "first draft" in tag else ""
    return [first + label for label in LABEL.findall(tag)]


class Missing(Exception):
    """What the pages need is not on this machine."""


class Formulas:
    """The formulas of a site, each drawn once."""

    def __init__(self):
        self._numbers = {}
        self._drawn = []

    def mark(self, tex, display=False):
        """The mark that stands for a formula until fill replaces it. A number of an
        equation at the end of a display becomes its tag."""
        tex = tex.strip()
        if display:
            tex = NUMBER.sub(r"\\tag{\1}", tex)
        number = self._numbers.setdefault((tex, display), len(self._numbers))
        return f"\ue000{number}\ue001"

    def tex(self, mark):
        """The source of a marked formula."""
        return list(self._numbers)[int(MARK.fullmatch(mark)[1])][0]

    def tags(self, body):
        """The numbers of equations that displays of a body are tagged with."""
        listed = list(self._numbers)
        tags = [found[1] for mark in MARK.findall(body) for found in TAG.finditer(listed[int(mark)][0])]
        return [number for tag in tags for number in numbers(tag)]

    def draw(self, link):
        """Draw all formulas that were marked. link gives the address and the note of the
        equation of a number, or nothing; tags become links by it."""

        def tag(found):
            first = "first:" if "first draft" in found[1] else ""

            def linked(number):
                to = link(first + number[0])
                return rf"\htmlData{{note={to[1]}}}{{\href{{{to[0]}}}{{{number[0]}}}}}" if to else number[0]

            return r"\tag{" + LABEL.sub(linked, found[1]) + "}"

        listed = [(TAG.sub(tag, tex), display) for tex, display in self._numbers]
        command = ["node", str(pathlib.Path(__file__).with_name("formulas.js")), str(KATEX / "katex.js")]
        try:
            done = subprocess.run(command, input=json.dumps(listed), capture_output=True, text=True, check=True)
        except FileNotFoundError:
            raise Missing("node is missing: apt-get install nodejs") from None
        except subprocess.CalledProcessError as error:
            raise Missing(f"KaTeX did not run: {error.stderr.strip()[-500:]}") from None
        self._drawn = []
        for (tex, _), (drawn, error) in zip(listed, json.loads(done.stdout)):
            if error:
                raise ValueError(f"the formula {tex!r} cannot be drawn: {error}")
            self._drawn.append(drawn)

    def fill(self, text):
        """The text with its marks replaced by the drawn formulas. No line begins with the
        punctuation that follows a short one."""
        whole = [shown or len(tex) > 40 for tex, shown in self._numbers]

        def kept(found):
            mark = MARK.fullmatch(found[1])
            return found[0] if whole[int(mark[1])] else f'<span class="kept">{found[0]}</span>'

        text = re.sub(f"({MARK.pattern.replace('(', '(?:')})[.,;:?!)]+", kept, text)
        return MARK.sub(lambda mark: self._drawn[int(mark[1])], text)

    def plain(self, text):
        """The text with its marks replaced by the formulas' sources, for searching."""
        listed = list(self._numbers)
        return MARK.sub(lambda mark: listed[int(mark[1])][0], text)


def style():
    """KaTeX's style sheet with its fonts inside: browsers refuse fonts in files of their
    own to pages that are opened from a disk."""
    sheet = KATEX / "katex.css"
    if not sheet.exists():
        raise Missing(f"{sheet} is missing: apt-get install libjs-katex fonts-katex")
    text = sheet.read_text(encoding="utf-8")

    def inside(found):
        font = KATEX / "fonts" / found[1]
        return f'src: url("data:font/woff2;base64,{base64.b64encode(font.read_bytes()).decode()}") format("woff2")'

    return re.sub(r"src:\s*url\(\"?fonts/([\w-]+\.woff2)\"?\)[^;}]*", inside, text)
