"""Cells of code: coloured, and folded where they are plumbing."""
import html as escaping
import re

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import GoLexer

FORMATTER = HtmlFormatter(nowrap=True)
DRAWS = re.compile(r"\bplotting\.|\bFigure[A-Z]|\bShow(?:PNG|Clips)?\(")


IMPORTS = re.compile(r"^import[ \t]*(?:\([^)]*\)|[^\n]*)\n*", re.M)


def html(cell, live=False):
    """A cell's code; folded with a line that says what it is, unless it is part of the story.
    Where the page itself does what the cells do, all are."""
    source = cell.source.strip("\n")
    why = folded(cell) or ("The same in Jupyter" if live else "")
    if why:
        return fold(why, source)
    rest = IMPORTS.sub("", source).strip("\n")
    if rest != source and "show-input" not in cell.metadata.get("tags", []):
        return fold("Imports", "\n".join(found[0].strip("\n") for found in IMPORTS.finditer(source))) + shown(rest)
    return shown(source)


HATTED = re.compile("[^\\W\\d_][\u0302\u0304]")


def hats(markup):
    """Letters with a hat or a bar in the typeface of the text: typefaces of equal widths set
    it beside Greek letters, and in italics beside all."""
    return HATTED.sub(lambda found: f'<span class="hat">{found[0]}</span>', markup)


def shown(source):
    return f'<pre class="go"><code>{hats(highlight(source, GoLexer(), FORMATTER).rstrip())}</code></pre>'


def fold(why, source):
    lines = source.count("\n") + 1
    return f'<details class="plumbing"><summary>{why} <span>{lines} line{"s" * (lines > 1)} of Go</span></summary>{shown(source)}</details>'


def folded(cell):
    """What a cell is that a reader of the page may skip: imports, set-up or plotting; empty
    for others. The tags hide-input and show-input of a cell decide before that."""
    tags, source = cell.metadata.get("tags", []), cell.source
    if "show-input" in tags:
        return ""
    runs = re.search(r"^%%", source, re.M)
    names = ", ".join(f"<code>{escaping.escape(name)}</code>" for name in re.findall(r"^func (?:\([^)]*\) )?(\w+)", source, re.M))
    rest = IMPORTS.sub("", source).replace("%%", "").strip()
    if rest != source.replace("%%", "").strip() and not (runs and rest) and not re.search(r"^(var|const)\b", rest, re.M):
        if not rest:
            return "Imports"
        return f"Imports and set-up: {names}" if names else "Imports and set-up"
    draws = len(DRAWS.findall(source))
    pictures = any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))
    others = [o for o in cell.get("outputs", []) if "data-equation" in o.get("data", {}).get("text/html", "")]
    lines = source.count("\n") + 1
    if runs and pictures and not others and lines > 3 and draws * 4 >= lines:
        return "Code of the figure"
    if not runs and draws * 5 >= lines:
        return f"Plotting: {names}" if names else "Plotting"
    if "hide-input" in tags:
        return f"Set-up: {names}" if names else "Set-up"
    return ""
