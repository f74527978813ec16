"""One executed notebook as the body of a page."""
import base64
import html
import re
import struct

import bs4
import nbformat

from . import checks, code, text

LONG = 20  # tables with more rows are folded
MINUS = re.compile(r"(?<![\w.)-])-(?=\d)")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Chapter:
    """A notebook with what the rest of the site needs to know of it."""

    def __init__(self, path):
        self.path, self.stem = path, stem_of(path)
        self.book = nbformat.read(path, as_version=4)
        self.title, self.summary = describe(self.book, self.stem)
        if path.parent.name == "solutions":
            self.title += " (solved)"
        self.body = ""
        self.sections = []  # (anchor, HTML of the heading), the title left out
        self.entries = []  # (anchor, heading, text), for the search
        self.picture = ""  # the first one, as the index shows it

    @property
    def page(self):
        return self.stem + ".html"

    def picture_of(self, cell):
        """The first picture that a cell drew."""
        name = f"img/{self.stem}-{cell}-1.png"
        return name if f'src="{name}"' in self.body else self.picture

    @property
    def number(self):
        found = re.match(r"0*(\d+)-", self.stem)
        return int(found[1]) if found else None

    def write(self, folder, formulas, references):
        """Put the body together, and write its pictures to the folder."""
        parts, cell_number, self.widgets, self.figures = [], 0, 0, 0
        for cell in self.book.cells:
            if cell.cell_type == "markdown":
                parts.append(self._markdown(cell, formulas, references))
            elif cell.cell_type == "code" and cell.source.strip():
                cell_number += 1
                parts.append(self._code(cell, cell_number, folder, references, formulas))
        self.body = "\n".join(parts)

    def _markdown(self, cell, formulas, references):
        tree = text.html(cell.source, formulas)
        for heading in tree.find_all(re.compile("^h[1-3]$")):
            if heading.name == "h1":  # the number that some titles have and others lack
                heading.clear()
                heading.append(bs4.BeautifulSoup(text.inline(self.title, formulas), "html.parser"))
            anchor = heading["id"] = self._anchor(heading, formulas)
            self.entries.append([anchor, formulas.plain(heading.get_text()), ""])
            if heading.name != "h1":
                self.sections.append((anchor, heading.name, heading.decode_contents()))
                link = tree.new_tag("a", href="#" + anchor, attrs={"class": "here", "aria-label": "link to this section"})
                link.string = "#"
                heading.append(link)
        for picture in tree.find_all("img"):
            picture["loading"] = "lazy"
            if not self.picture:
                self.picture = picture.get("src", "")
        self._index(tree.get_text(" "), formulas)
        references.link(tree, self.stem)
        return f'<section class="prose">{tree}</section>'

    def _anchor(self, heading, formulas):
        """The place of a heading: as Jupyter names it, unless that has other characters
        than addresses have."""
        named = heading.get("id", "")
        if re.fullmatch(r"[\w,.'()-]+", named, re.A):
            return named
        words = re.sub(r"\W+", "-", formulas.plain(heading.get_text()), flags=re.A).strip("-")
        return words or f"section-{len(self.sections) + 1}"

    def _index(self, words, formulas):
        if not self.entries:
            self.entries.append(["main", self.title, ""])
        self.entries[-1][2] += " " + " ".join(formulas.plain(words).replace("#", " ").split())

    def _code(self, cell, number, folder, references, formulas):
        parts = [code.html(cell, self.book.metadata.get("interactive"))]
        pictures = 0
        for output in in_order(cell.get("outputs", [])):
            data = output.get("data", {})
            if output.output_type == "stream":
                parts.append(stream(output.text))
            elif output.output_type == "error":
                parts.append(stream("\n".join(output.traceback) or f"{output.ename}: {output.evalue}"))
            elif "image/png" in data:
                pictures += 1
                parts.append(self._picture(cell, number, pictures, base64.b64decode(data["image/png"]), folder))
            elif "text/html" in data:
                parts.append(self._html(data["text/html"], references, formulas))
            elif "text/plain" in data:
                parts.append(stream(data["text/plain"]))
        widget = cell.metadata.get("widget")
        if widget:
            parts.append(f'<div class="widget" data-widget="{html.escape(widget)}"></div>')
            self.widgets += 1
        return f'<section class="cell" id="cell-{number}">{"".join(parts)}</section>'

    def _picture(self, cell, number, which, png, folder):
        name = f"img/{self.stem}-{number}-{which}.png"
        (folder / "img").mkdir(exist_ok=True)
        (folder / name).write_bytes(png)
        if not self.picture:
            self.picture = name
        width, height = struct.unpack(">II", png[16:24])
        captions = cell.metadata.get("caption", [])
        captions = [captions] if isinstance(captions, str) else captions
        caption = captions[which - 1] if which <= len(captions) else ""
        alt = caption or f"Figure drawn by cell {number}, in the section “{self.entries[-1][1]}”" if self.entries else "Figure"
        # Pictures have 150 dots an inch, and pages 96 pixels.
        size = f'width="{round(width * 0.64)}" height="{round(height * 0.64)}"'
        source = name
        moving = ""
        if b"acTL" in png[:200]:  # a script stops it, and reads no file of a page that is a file
            source, moving = "data:image/png;base64," + base64.b64encode(png).decode(), ' class="moving"'
        shown = f'<img src="{source}" alt="{html.escape(alt)}" {size} loading="lazy"{moving}>'
        if caption:
            self.figures += 1
            shown += f"<figcaption><b>Figure {self.number}–{self.figures}.</b> {text.words(html.escape(caption))}</figcaption>" if self.number else f"<figcaption>{text.words(html.escape(caption))}</figcaption>"
        # On a phone these are scrolled sideways instead of being made too small to read.
        wide = width > 1.7 * height or width * 0.64 > 600
        broad = f' class="broad" style="--wide: {round(width * 0.64)}px"' if wide else ""
        return f"<figure{broad}>{shown}</figure>"

    def _html(self, output, references, formulas):
        tree = bs4.BeautifulSoup(output, "html.parser")
        if tree.find("progress"):
            return ""  # work that is done
        if tree.table:
            for styled in tree.find_all(style=True):
                if "right" in styled["style"]:
                    styled["class"] = "number"
                del styled["style"]
            for table in tree.find_all("table"):
                table.wrap(tree.new_tag("div", attrs={"class": "wide", "tabindex": "0"}))
            for row in tree.find_all(["td", "th"]):
                if not row.get_text().strip() and row.name == "th":
                    row.name = "td"
            for cell in tree.find_all("td"):  # numbers have a minus sign, whichever the program wrote
                for words in list(cell.find_all(string=MINUS)):
                    words.replace_with(MINUS.sub("−", words))
            references.terms(tree, self.stem)
            rows, caption = len(tree.find_all("tr")), tree.caption
            if rows <= LONG:
                return str(tree)
            name = html.escape(caption.get_text()) if caption else "Table"
            return f'<details class="long"><summary>{name}: {rows - 1} rows</summary>{tree}</details>'
        box = tree.div
        if box and "border-left" in box.get("style", ""):
            shown = bs4.BeautifulSoup(checks.html_output(box, references, self.stem, formulas), "html.parser")
            references.numbers(shown, self.stem)
            return str(shown)
        return output


def in_order(outputs):
    """The outputs with what a cell printed before its checks: the two come to a notebook by
    different ways, and a table of lines may be cut by them."""
    printed, checks, rest = [], [], []

    def flush():
        if len(printed) > 1:
            printed[0] = nbformat.from_dict({**printed[0], "text": "".join(p.text for p in printed)})
        rest.extend(printed[:1] + checks)
        printed.clear()
        checks.clear()

    for output in outputs:
        if output.output_type == "stream":
            printed.append(output)
        elif "border-left" in output.get("data", {}).get("text/html", "")[:120]:
            checks.append(output)
        else:
            flush()
            rest.append(output)
    flush()
    return rest


def stream(words):
    words = COLOURS.sub("", words).rstrip("\n")
    flowing = " flowing" if text.flows(words) else ""
    return f'<pre class="printed{flowing}">{code.hats(html.escape(words))}</pre>' if words.strip() else ""


def describe(book, stem):
    """The title of a notebook and one sentence about it, in Markdown: its first heading
    and the first sentence of its first paragraph, or "title" and "summary" of the
    notebook's metadata."""
    title, summary = book.metadata.get("title"), book.metadata.get("summary")
    for cell in book.cells:
        if cell.cell_type != "markdown" or (title and summary):
            continue
        for block in re.split(r"\n\s*\n", cell.source):
            block = " ".join(block.split())
            if block.startswith("#"):
                title = title or block.lstrip("# ")
            elif not summary and re.match(r"[\w*_$`(\[]", block):
                summary = text.first_sentence(block)
    title = title or stem
    number = re.match(r"0*(\d+)-", stem)
    if number and not re.match(r"\d", title):
        title = f"{number[1]} · {title}"
    return title, summary or ""


def stem_of(path):
    """The name of a notebook's page: labs have names of their own among the chapters."""
    lab, solved = path.parent.name in ("labs", "solutions"), path.parent.name == "solutions"
    return ("lab-" if lab else "") + path.stem + ("-solved" if solved else "")


def home_of(path):
    """The folder of the chapters that a notebook belongs to."""
    folder = path.parent
    while folder.name in ("labs", "solutions"):
        folder = folder.parent
    return folder


def read_all(paths):
    return [Chapter(path) for path in paths]

