"""Markdown of the notebooks as HTML, with formulas kept out of Markdown's reach:
it would take their underscores for emphasis."""
import re

import bs4
from nbconvert.filters import markdown2html

PROTECTED = re.compile(
    r"(?P<code>^```.*?^```|`[^`\n]+`)"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|(?P<environment>\\begin\{(?P<name>[a-z]+\*?)\}.*?\\end\{(?P=name)\})"
    r"|(?<![\\\w])\$(?P<inline>(?=\S)(?:[^$\\]|\\.)+?)\$",
    re.S | re.M,
)


def html(markdown, formulas):
    """The HTML of Markdown as a parsed tree, with marks for formulas."""

    def mark(found):
        if found["code"]:
            return found["code"]
        if found["inline"]:
            return formulas.mark(found["inline"])
        return formulas.mark(found["display"] or found["environment"], display=True)

    tree = bs4.BeautifulSoup(markdown2html(PROTECTED.sub(mark, markdown)), "html.parser")
    for anchor in tree.select("a.anchor-link"):
        anchor.decompose()
    for link in tree.find_all("a", href=True):
        link["href"] = page_of(link["href"])
    for table in tree.find_all("table"):
        table.wrap(tree.new_tag("div", attrs={"class": "wide"}))
    for block in tree.find_all("pre"):
        last = list(block.find_all(string=True))[-1:]
        for words in last:
            words.replace_with(words.rstrip("\n"))
        if flows(block.get_text()):
            block["class"] = [*block.get("class", []), "flowing"]
    return tree


def flows(printed):
    """Whether printed text has no columns, so that its long lines may be broken."""
    return not re.search(r"\S {2,}\S|\t|[─│█░]", printed)


def inline(markdown, formulas):
    """One paragraph of Markdown as HTML without the paragraph's tags."""
    tree = html(markdown, formulas)
    if tree.p:
        tree.p.unwrap()
    return str(tree).strip()


def plain(markdown):
    """Markdown without its marks of emphasis, code and links, on one line; formulas stay
    as they are written."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"<[^>]+>", " ", text)
    return " ".join(re.sub(r"[*`#]+", "", text).split())


# Pages that are made of Markdown files beside the notebooks.
COMPANIONS = {"EQUATIONS.md": "equations.html", "SCORES.md": "scores.html", "DATA.md": "data.html",
              "GLOSSARY.md": "glossary.html", "BIBLIOGRAPHY.md": "bibliography.html"}


def page_of(address):
    """The page of the site that an address between notebooks leads to."""
    name, hash_, place = address.removeprefix("../").partition("#")
    if ":" in name or "/" in name:
        return address
    if name.endswith(".ipynb"):
        name = name[: -len(".ipynb")] + ".html"
    return COMPANIONS.get(name, name) + hash_ + place


def first_sentence(text):
    """The first sentence of a paragraph, not ended by an abbreviation or in a formula."""
    for end in re.finditer(r"[.!?](?=\s+[A-Z*$\[(`])", text):
        before = text[: end.end()]
        if not re.search(r"\b(al|e\.g|i\.e|cf|eq|fig|vs|resp)\.$", before, re.I) and before.count("$") % 2 == 0:
            return before
    return text


SUBSCRIPT = re.compile(r"_(?:\{([^}]*)\}|([A-Za-zΑ-ωϑ₀-₉0-9]+))")
SUPERSCRIPT = re.compile(r"\^(?:\{([^}]*)\}|\(([^()]*(?:\([^()]*\))?[^()]*)\)|([−-]?\w+))")


def words(escaped):
    """Escaped text of a check with its _x and ^(y) set as indices and exponents."""
    text = SUBSCRIPT.sub(lambda found: f"<sub>{found[1] or found[2]}</sub>", escaped)
    return SUPERSCRIPT.sub(lambda found: f"<sup>{found[1] or found[2] or found[3]}</sup>", text)
