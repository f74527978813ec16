"""The notebooks as HTML pages that work from a web server and from a disk,
without a network: run_notebooks.py --html.

Formulas are drawn by MathJax, in SVG, whose glyphs come from script files:
browsers refuse web fonts to pages that are opened as files. MathJax and
RequireJS are Debian's (jupyter-notebook depends on both); the parts that the
pages use, 3 MB, are copied beside them and linked by relative URLs.
"""
import html
import pathlib
import re
import shutil

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import markdown2html

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEBIAN = pathlib.Path("/usr/share/javascript")

MATHJAX = "mathjax/MathJax.js?config=TeX-AMS_SVG-full,Safe"
REQUIRE = "mathjax/require.min.js"
MATHJAX_PARTS = (
    "MathJax.js",
    "config/TeX-AMS_SVG-full.js",
    "config/Safe.js",
    "extensions",
    "jax/element",
    "jax/input/TeX",
    "jax/output/SVG/autoload",
    "jax/output/SVG/config.js",
    "jax/output/SVG/jax.js",
    "jax/output/SVG/fonts/TeX",
    "localization/en",
)
LICENCE = DEBIAN.parent / "doc" / "libjs-mathjax" / "copyright"

# The same way home on every page; long lines of code are wrapped, not cut.
HOME = '<style>.highlight pre { white-space: pre-wrap; tab-size: 4 }</style>' \
    '<nav style="font:14px sans-serif;padding:.8em 1.5em 0"><a href="index.html">All notebooks</a></nav>'

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Video diffusion models for climate data</title>
<script type="text/x-mathjax-config">
MathJax.Hub.Config({{tex2jax: {{inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true}}}});
</script>
<script src="{mathjax}"></script>
<style>
body {{ font: 16px/1.5 sans-serif; color: #24292f; max-width: 50em; margin: 2.5em auto; padding: 0 1.2em; }}
h1 {{ font-size: 1.7em; line-height: 1.2; }}
dt {{ margin-top: 1.1em; font-weight: bold; }}
dd {{ margin: .1em 0 0; }}
dd p {{ margin: 0; }}
a {{ color: #0b57a4; }}
</style>
</head>
<body>
<h1>Video diffusion models for climate data</h1>
<p>The executable dissertation: each page is a notebook as it was last run, with what its cells printed and drew.</p>
{table}<dl>
{entries}
</dl>
</body>
</html>
"""


class Missing(Exception):
    """What the pages need is not on this machine."""


def export(path, folder):
    """Write one notebook as a page of the folder; returns the page's path."""
    add_mathjax(folder)
    exporter = HTMLExporter(mathjax_url=MATHJAX, require_js_url=REQUIRE)
    book = nbformat.read(path, as_version=4)
    language = book.metadata.setdefault("language_info", {"name": "go"})
    language["pygments_lexer"] = "go"  # the kernel names none, which means Python
    text, _ = exporter.from_notebook_node(book, {"metadata": {"name": path.stem}})
    text = re.sub(r'(href="[^":]*)\.ipynb(["#])', r"\1.html\2", text)  # links between notebooks
    text = re.sub(r"(<body[^>]*>)", lambda body: body[1] + HOME, text, count=1)
    page = folder / path.with_suffix(".html").name
    page.write_text(text, encoding="utf-8")
    add_pictures(path, text, folder)
    return page


def add_mathjax(folder):
    """Copy MathJax and RequireJS to the folder, unless they are there."""
    want = {DEBIAN / "mathjax" / part: folder / "mathjax" / part for part in MATHJAX_PARTS}
    want[DEBIAN / "requirejs" / "require.min.js"] = folder / REQUIRE
    if LICENCE.exists():
        want[LICENCE] = folder / "mathjax" / "copyright"
    for source, to in want.items():
        if not source.exists():
            raise Missing(f"{source} is missing: apt-get install libjs-mathjax libjs-requirejs")
        if to.exists():
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, to)
        else:
            shutil.copyfile(source, to)


def add_pictures(path, text, folder):
    """Copy the files beside a notebook that its page shows."""
    for name in set(re.findall(r'<img[^>]*\ssrc="([^":]+)"', text)):
        source = path.parent / name
        to = folder / name
        if ".." in pathlib.PurePath(name).parts or not source.is_file():
            raise Missing(f"{path}: the picture {name} is not beside the notebook")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, to)


def describe(path):
    """The title of a notebook and one sentence about it, in Markdown.

    They are its first heading and the first sentence of its first paragraph,
    or "title" and "summary" of the notebook's metadata.
    """
    book = nbformat.read(path, as_version=4)
    title, summary = book.metadata.get("title"), book.metadata.get("summary")
    for cell in book.cells:
        if cell.cell_type != "markdown" or (title and summary):
            continue
        for block in re.split(r"\n\s*\n", cell.source):
            block = " ".join(block.split())
            if block.startswith("#"):
                title = title or block.lstrip("# ")
            elif not summary and re.match(r"[\w*_$`(\[]", block):
                summary = first_sentence(block)
    return title or path.stem, summary or ""


def first_sentence(text):
    for end in re.finditer(r"[.!?](?=\s+[A-Z*$\[(`])", text):
        before = text[: end.end()]
        if not re.search(r"\b(al|e\.g|i\.e|cf|eq|fig|vs|resp)\.$", before, re.I) and before.count("$") % 2 == 0:
            return before
    return text


def index(folder, paths):
    """Write the page that lists the notebooks beside these that have a page."""
    add_mathjax(folder)
    beside = {other for path in paths for other in path.parent.glob("*.ipynb")}
    entries = []
    for path in sorted(beside):
        if not (folder / path.with_suffix(".html").name).exists():
            continue
        title, summary = describe(path)
        number = re.match(r"0*(\d+)-", path.stem)
        if number and not re.match(r"\d", title):
            title = f"{number[1]} · {title}"
        title = inline(title)
        entries.append(f'<dt><a href="{html.escape(path.stem)}.html">{title}</a></dt>\n<dd>{inline(summary)}</dd>')
    table = ""
    equations = ROOT / "notebooks" / "EQUATIONS.md"
    if equations.exists() and any(path.parent == equations.parent for path in paths):
        (folder / "equations.html").write_text(equations_page(equations.read_text(encoding="utf-8")), encoding="utf-8")
        table = '<p><a href="equations.html">Every numbered equation, and what was found</a></p>\n'
    page = folder / "index.html"
    page.write_text(INDEX.format(mathjax=MATHJAX, entries="\n".join(entries), table=table), encoding="utf-8")
    return page


def inline(markdown):
    """One paragraph of Markdown as HTML, without links to other notebooks."""
    text = markdown2html(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)).strip()
    return re.sub(r"^<p>|</p>$", "", text)


def equations_page(markdown):
    body = re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html(markdown))
    body = re.sub(r'(href="[^":]*)\.ipynb(["#])', r"\1.html\2", body)
    page = INDEX.format(mathjax=MATHJAX, entries="", table="")
    start, end = page.index("<h1>"), page.index("</body>")
    style = "<style>body { max-width: 90em } table { border-collapse: collapse } td, th { padding: .2em .6em; border-top: 1px solid #d0d7de; vertical-align: top; text-align: left }</style>"
    return page[:start] + style + HOME + body + page[end:]
