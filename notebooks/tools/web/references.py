"""Links from what a text mentions: numbers of equations, chapters, papers, and terms
of the glossary. Each linked thing has a note that the page shows where a reader
points at the link."""
import html
import re

import bs4

from . import equations as numbered

EQUATION = r"(?P<open>\(|\b[Ee]quations? )(?P<eq>(?:2|A)\.\d+)(?P<to>[–-](?:2\.|A\.)?\d+)?(?P<close>\)(?P<draft> of the first draft)?|(?<=\d)(?=[,;:. )]|$)(?!\.\d))"
CHAPTER = r"(?<!dissertation’s )(?<!dissertation's )\b(?P<word>[Cc]hapters?) (?P<ch>\d+)\b(?! of the dissertation)(?P<and>(?:(?: and | to |, |–)\d+\b(?!\.\d))*)"
SKIPPED = {"a", "code", "pre", "h1", "h2", "h3", "summary", "script", "style", "figcaption", "caption", "th"}


class Entry:
    """A term or a paper: what a text calls it, and what its list says."""

    def __init__(self, name, others, note):
        self.name, self.others, self.note = name, others, note
        self.anchor = re.sub(r"[^\w]+", "-", name).strip("-").lower()

    def pattern(self):
        return "|".join(one(name) for name in sorted([self.name, *self.others], key=len, reverse=True))


def one(name):
    """A pattern of a name: words in lower case also begin sentences, and have plurals."""
    words = r"\s+".join(re.escape(word) for word in name.split())
    if name[0].islower():
        words = f"[{name[0].upper()}{name[0]}]" + words[len(re.escape(name[0])):]
    year = re.fullmatch(r"(.*\D) (\d{4}[a-z]?)", name)
    if year:  # also with the year or all of it in brackets
        authors = r"\s+".join(re.escape(word) for word in year[1].split())
        return rf"{authors},? \(?{year[2]}\)?"
    return rf"\b{words}(?:s|es)?\b" if name[-1].isalpha() else rf"\b{words}"


def entries(markdown):
    """The entries of a list: "- **name** (other; names): note"."""
    found = re.findall(r"^- \*\*(.+?)\*\*(?: \(([^)]*)\))?: (.+(?:\n  .+)*)", markdown, re.M)
    return [Entry(name, [o.strip() for o in others.split(";") if o.strip()], " ".join(note.split())) for name, others, note in found]


class References:
    """What texts of a site may mention."""

    def __init__(self, equations, terms, papers, chapters):
        self.equations = equations
        self.chapters = {c.number: c for c in chapters if c.number is not None}
        self.pages = {c.stem for c in chapters}
        self.used = {}  # by page: the keys of the notes it needs
        self._seen = {}
        self._lists = {f"term-{t.anchor}": ("glossary.html", t) for t in terms}
        self._lists |= {f"paper-{p.anchor}": ("bibliography.html", p) for p in papers}
        self._groups = {f"g{i}": key for i, key in enumerate(self._lists)}
        named = [f"(?P<{group}>{self._lists[key][1].pattern()})" for group, key in self._groups.items()]
        # Papers first: their names are the longer ones.
        named.sort(key=lambda pattern: ("paper" not in self._lists[self._groups[re.match(r"\(\?P<(\w+)>", pattern)[1]]][0], -len(pattern)))
        self._all = re.compile("|".join([EQUATION, CHAPTER, *named]))
        self._terms = re.compile("|".join(named)) if named else None

    def note(self, key):
        """The Markdown of a term's or paper's note, and its page."""
        page, entry = self._lists[key]
        return entry.name, entry.note, f"{page}#{entry.anchor}"

    def number(self, number, page=None):
        """The number of an equation as a link."""
        e = self.equations.get(number)
        shown = f"({number.removeprefix('first:')})" + (" of the first draft" if number.startswith("first:") and page is None else "")
        if not e or e.cells[0][0] not in self.pages:
            return shown
        return f'<a class="eq" href="{e.page}" data-note="{e.anchor}">{shown}</a>'

    def first(self, number, page):
        """Whether this is the first check of an equation on its page: the one that links lead to."""
        if (number, page) in self._seen:
            return False
        self._seen[number, page] = True
        return True

    def link(self, tree, page):
        """Link what the prose of a tree mentions; terms where a page has them first."""
        self._walk(tree, page, self._all)

    def numbers(self, tree, page):
        """Link numbers of equations alone, in checks."""
        self._walk(tree, page, re.compile(EQUATION))

    def tagged(self, number):
        """The address and the note of an equation whose number is a tag."""
        e = self.equations.get(number)
        return (e.page, e.anchor) if e and e.cells[0][0] in self.pages else None

    def terms(self, tree, page):
        """Link terms and papers alone, in tables."""
        if self._terms:
            self._walk(tree, page, self._terms)

    def _walk(self, tree, page, pattern):
        for node in list(tree.find_all(string=True)):
            if any(parent.name in SKIPPED for parent in node.parents) or isinstance(node, bs4.Comment):
                continue
            words, parts, at = str(node), [], 0
            for found in pattern.finditer(words):
                replaced = self._replace(found, page)
                if replaced:
                    parts += [html.escape(words[at:found.start()], quote=False), replaced]
                    at = found.end()
            if parts:
                new = bs4.BeautifulSoup("".join(parts) + html.escape(words[at:], quote=False), "html.parser")
                node.replace_with(new)

    def _replace(self, found, page):
        named = found.groupdict()
        if named.get("eq"):
            e = self._meant(named["eq"], bool(named["draft"]), page)
            if not e or e.cells[0][0] not in self.pages:
                return ""
            before, after, shown = named["open"], named["close"], named["eq"] + (named["to"] or "")
            if before == "(" and after.startswith(")"):
                before, after, shown = "", named["draft"] or "", f"({shown})"
            return f'{before}<a class="eq" href="{self._beside(e.page, page)}" data-note="{e.anchor}">{shown}</a>{after}'
        if named.get("ch"):
            chapter = self.chapters.get(int(named["ch"]))
            if not chapter:
                return ""
            shown = f'<a href="{chapter.page}">{named["word"]} {named["ch"]}</a>'
            for between, other in re.findall(r"(\D+)(\d+)", named["and"]):
                also = self.chapters.get(int(other))
                shown += between + (f'<a href="{also.page}">{other}</a>' if also else other)
            return shown
        key = self._groups[found.lastgroup]
        seen = self._seen.setdefault((page, "names"), set())
        list_page, entry = self._lists[key]
        if key in seen or list_page == page + ".html":
            return ""
        if key.startswith("term"):
            seen.add(key)
        self.used.setdefault(page, set()).add(key)
        kind = "term" if key.startswith("term") else "paper"
        return f'<a class="{kind}" href="{list_page}#{entry.anchor}" data-note="{key}">{html.escape(found[0], quote=False)}</a>'

    def _meant(self, label, first, page):
        """The equation of a number. Both drafts have some; on the page that checks only the
        first draft's, that one is meant."""
        one, other = self.equations.get(label), self.equations.get("first:" + label)
        here = other and other.cells[0][0] == page and not (one and one.cells[0][0] == page)
        return other if first or here else one

    @staticmethod
    def _beside(address, page):
        return address[len(page) + 5:] if address.startswith(page + ".html#") else address

    def notes(self, body, formulas, inline):
        """The hidden notes that a page's links refer to."""
        tagged = [self.equations[n].anchor for n in formulas.tags(body) if self.tagged(n)]
        keys = sorted(set(re.findall(r'data-note="([^"]+)"', body)) | set(tagged))
        by_anchor = {e.anchor: e for e in self.equations.values()}
        parts = []
        for key in keys:
            if key in by_anchor:
                text = numbered.tip(by_anchor[key], formulas)
            elif key in self._lists:
                name, note, address = self.note(key)
                text = f"<p><b>{html.escape(name)}</b>: {inline(note, formulas)}</p>" if key.startswith("term") else f"<p>{inline(note, formulas)}</p>"
            else:
                continue
            parts.append(f'<template id="note-{key}">{text}</template>')
        return "".join(parts)
