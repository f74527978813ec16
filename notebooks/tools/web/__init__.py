"""The book as a web site: executed notebooks as pages that work from a web server and
from a disk, without a network. run_notebooks.py --html writes it.

    formulas.py, .js  formulas, drawn by KaTeX when the site is made
    text.py           Markdown
    notebook.py       one notebook; code.py its cells, checks.py the outputs that check
    equations.py      the numbered equations; formulas.json what the drafts print
    references.py     links from what a text mentions, and the notes behind them
    shell.py          what all pages share; front.py the first page
    book.json         parts, results of the chapters, ways in
    static/           style and scripts of the pages

Why not a ready-made generator: see README.md beside this file.
"""
import html
import json
import pathlib
import re
import shutil

from . import equations, formulas, front, notebook, references, shell, text
from .formulas import Missing

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]

__all__ = ["Missing", "write"]


class Site:
    """The pages of a folder, in the order of book.json."""

    def __init__(self, chapters, companions, found, about):
        self.chapters, self.companions, self.equations, self.about = chapters, companions, found, about
        by_stem, placed = {c.stem: c for c in chapters}, set()
        self.parts = []
        for part in about.get("parts", []):
            inside = [by_stem[stem] for stem in part["chapters"] if stem in by_stem]
            placed |= {c.stem for c in inside}
            if inside:
                self.parts.append({**part, "chapters": inside})
        rest = [c for c in chapters if c.stem not in placed]
        if rest:
            self.parts.append({"title": "Chapters" if not self.parts else "More", "anchor": "chapters", "chapters": rest})

    def chapter_about(self, stem):
        for part in self.about.get("parts", []):
            if stem in part["chapters"]:
                return part["chapters"][stem]
        return {}


def write(paths, folder):
    """Write the notebooks as pages of the folder, and the pages that list them together
    with all others that have a page there; yields the pages' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    home = notebook.home_of(paths[0])
    beside = sorted({other for path in paths for other in path.parent.glob("*.ipynb")} | set(home.glob("*.ipynb")))
    chapters = notebook.read_all([p for p in beside if p in paths or (folder / (notebook.stem_of(p) + ".html")).exists()])
    mine = [c for c in chapters if c.path in paths]
    marks = formulas.Formulas()
    found = equations.read(home)
    about = json.loads((HERE / "book.json").read_text(encoding="utf-8"))
    lists = {name: (home / name).read_text(encoding="utf-8") for name in ("GLOSSARY.md", "BIBLIOGRAPHY.md", "SCORES.md", "DATA.md") if (home / name).exists()}
    companions = [(file, title) for source, file, title in COMPANIONS if source in lists or source == "EQUATIONS.md" and found]
    site = Site(chapters, companions, found, about)
    for chapter in chapters:
        chapter.heading = text.inline(chapter.title, marks)
    refs = references.References(found, references.entries(lists.get("GLOSSARY.md", "")), references.entries(lists.get("BIBLIOGRAPHY.md", "")), chapters)

    pages, entries = {}, {}
    for chapter in chapters:  # all, as their pictures and sections are shown elsewhere
        chapter.write(folder, marks, refs)
        entries[chapter.page] = (chapter.heading, chapter.entries)
    for chapter in mine:
        scripts = ("live.js", "widgets.js") if chapter.widgets else ("film.js",) if 'class="moving"' in chapter.body else ()
        add_pictures(chapter.body, chapter.path, folder)
        pages[chapter.page] = (chapter.body, chapter.heading, text.plain(chapter.summary), scripts)
    for source, file, title in COMPANIONS:
        if source == "EQUATIONS.md" and found:
            body, sections = equations.page(found, marks, {c.stem: c.heading for c in chapters})
        elif source in lists:
            body, sections = companion(lists[source], file, marks, refs)
        else:
            continue
        pages[file] = (body, title, "", ())
        entries[file] = (title, sections)
    pages["index.html"] = (front.body(site, marks, refs), shell.TITLE, text.plain(about.get("lead", "")), ())

    add_pictures(pages["index.html"][0], home / "index", folder)

    finished = {}
    for name, (body, title, description, scripts) in pages.items():
        notes = refs.notes(body, marks, text.inline)
        finished[name] = shell.page(body, site, name, title, description, scripts, notes)
    marks.draw(refs.tagged)
    if len(mine) == len(chapters):  # pictures of cells that are no more
        shown = set(re.findall(r'src="(img/[^"]+)"', "".join(finished.values())))
        for picture in (folder / "img").glob("*.png"):
            if f"img/{picture.name}" not in shown:
                picture.unlink()
    for name, page in finished.items():
        (folder / name).write_text(marks.fill(page), encoding="utf-8")
        yield folder / name
    assets(folder)
    search = [[page, re.sub(r"<[^>]+>", "", marks.plain(title)), [[a, re.sub(r"<[^>]+>", "", h), t.strip()] for a, h, t in sections]]
              for page, (title, sections) in entries.items()]
    (folder / "assets" / "index.js").write_text("window.searchIndex = " + json.dumps(search, ensure_ascii=False, separators=(",", ":")) + ";\n", encoding="utf-8")


COMPANIONS = (
    ("EQUATIONS.md", "equations.html", "Equations"),
    ("GLOSSARY.md", "glossary.html", "Glossary"),
    ("BIBLIOGRAPHY.md", "bibliography.html", "Bibliography"),
    ("SCORES.md", "scores.html", "Scores"),
    ("DATA.md", "data.html", "Data that are accepted"),
)


def companion(markdown, file, marks, refs):
    """A page made of a Markdown file, and its entries for the search."""
    listed = file in ("glossary.html", "bibliography.html")
    if listed:  # each entry has a place of its own
        for entry in references.entries(markdown):
            markdown = markdown.replace(f"- **{entry.name}**", f'- <a id="{entry.anchor}"></a>**{entry.name}**', 1)
    tree = text.html(markdown, marks)
    sections, current = [], ["main", "", ""]
    for node in tree.find_all(["h1", "h2", "h3", "p", "li", "pre", "td"]):
        if node.name in ("h1", "h2", "h3"):
            current = [node.get("id", "main"), node.get_text(), ""]
            sections.append(current)
        elif listed and node.name == "li":
            anchor = node.find("a", id=True)
            sections.append([anchor["id"] if anchor else "main", node.strong.get_text() if node.strong else "", marks.plain(node.get_text(" "))])
        else:
            current[2] += " " + " ".join(marks.plain(node.get_text(" ")).split())
    if file != "bibliography.html":  # whose titles are not prose
        refs.link(tree, file.removesuffix(".html"))
    return f'<section class="prose{" listed" if listed else ""}">{tree}</section>', sections


def assets(folder):
    """Write what the pages load."""
    to = folder / "assets"
    to.mkdir(exist_ok=True)
    (to / "katex.css").write_text(formulas.style(), encoding="utf-8")
    for file in sorted((HERE / "static").iterdir()):
        shutil.copyfile(file, to / file.name)


def add_pictures(body, path, folder):
    """Copy the files beside a notebook that its page shows."""
    for name in set(re.findall(r'<img[^>]*\ssrc="([^":]+)"', body)):
        if name.startswith("img/"):
            continue
        source, to = path.parent / html.unescape(name), folder / name
        if ".." in pathlib.PurePath(name).parts or not source.is_file():
            raise Missing(f"{path}: the picture {name} is not beside the notebook")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, to)
