"""The numbered equations: what the drafts print, what is right, and what the
notebooks found, read from formulas.json and EQUATIONS.md."""
import dataclasses
import html
import json
import pathlib
import re

from . import text

DRAFTS = {"Draft of 12 April 2023": "", "Draft of 28 March 2023": "first:"}

# The class of a verdict, by how it begins, with a word for its chip.
CLASSES = (
    ("holds approximately", "approximate", "holds approximately"),
    ("holds", "holds", "holds"),
    ("slip of notation", "slip", "slip of notation"),
    ("incomplete", "incomplete", "incomplete as printed"),
    ("does not hold", "wrong", "wrong as printed"),
    ("definition", "definition", "definition"),
)


@dataclasses.dataclass
class Equation:
    number: str  # "2.44", "first:2.3"
    printed: str  # formula; empty where the draft has a number without one
    corrected: str  # formula; empty where the printed one is right
    says: str
    cells: list  # (notebook's stem, number of the code cell)
    how: str
    gap: str
    verdict: str

    @property
    def label(self):
        return self.number.removeprefix("first:")

    @property
    def anchor(self):
        return "eq-" + self.number.replace(":", "-")

    @property
    def kind(self):
        return kind(self.verdict)

    @property
    def page(self):
        return f"{self.cells[0][0]}.html#{self.anchor}"


def kind(verdict):
    """The class of a verdict and the word for it."""
    for begin, name, word in CLASSES:
        if verdict.startswith(begin):
            return name, word
    return "approximate", verdict


def read(folder):
    """The equations by number, in the drafts' order; none where the folder has no table."""
    table = folder / "EQUATIONS.md"
    if not table.exists():
        return {}
    formulas = {e["number"]: e for e in json.loads(pathlib.Path(__file__).with_name("formulas.json").read_text("utf-8"))}
    found, prefix = {}, ""
    for line in table.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            prefix = DRAFTS[line[3:]]
        row = re.match(r"\| ((?:2|A)\.\d+) \|", line)
        if not row:
            continue
        label, says, cells, how, gap, verdict = (part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1])
        number = prefix + label
        formula = formulas.get(number, {})
        found[number] = Equation(
            number, formula.get("printed", ""), formula.get("corrected", ""), unescape(says),
            [(name, int(cell)) for name, cell in re.findall(r"([\w-]+), (\d+)", cells)], unescape(how), gap, unescape(verdict))
    return found


def unescape(markdown):
    return re.sub(r"\\([\\|_*])", r"\1", markdown)


def count(number, word):
    """A number of verdicts in words."""
    plural = {"holds": "hold", "holds approximately": "hold approximately", "slip of notation": "slips of notation", "definition": "definitions"}
    return f"{number} {word if number == 1 else plural.get(word, word)}"


def power(gap):
    """A difference such as 4.6e-04 as HTML, with a power of ten."""
    found = re.fullmatch(r"(\d\.\d)e([+-]\d+)", gap)
    if not found:
        return html.escape(gap)
    exponent = int(found[2])
    if float(found[1]) == 0:
        return "0"
    if -3 <= exponent <= 1:
        return f"{float(gap):.2g}"
    return f"{found[1]} × 10<sup>{str(exponent).replace('-', '−')}</sup>"


def formula(tex, marks):
    return f'<div class="formula">{marks.mark(tex, display=True)}</div>' if tex else ""


def tip(equation, marks):
    """What is shown where a reader points at the equation's number."""
    name, word = equation.kind
    parts = [f'<p><b>({equation.label})</b> <span class="chip {name}">{word}</span></p>']
    if equation.printed:
        parts.append(formula(equation.printed, marks))
    if equation.corrected:
        parts.append("<p>corrected:</p>" + formula(equation.corrected, marks))
    return "".join(parts)


def page(equations, marks, titles):
    """The page that shows every equation, and its entries for the search."""
    counts = {}
    for e in equations.values():
        counts[e.kind] = counts.get(e.kind, 0) + 1
    buttons = "".join(f'<button type="button" class="chip {name}" data-kind="{name}" aria-pressed="false">{count(number, word)}</button>'
                      for (name, word), number in sorted(counts.items(), key=lambda c: -c[1]))
    body = [
        '<h1 id="equations">Every numbered equation</h1>',
        f"<p>All {len(equations)} numbered equations of the two drafts, as printed and, where something is missing or wrong, as corrected "
        "beside it. Each was evaluated by two routes that share nothing; the difference is relative unless the chapter says "
        "otherwise. The number of an equation leads to the cell that checks it.</p>",
        f'<p class="filter" role="group" aria-label="Show only">{buttons}</p>',
    ]
    entries = []
    for title, prefix in DRAFTS.items():
        body.append(f'<h2 id="{"first-draft" if prefix else "second-draft"}">{title}</h2>')
        body.extend(row(e, marks, titles) for e in equations.values() if e.number.startswith("first:") == bool(prefix))
    for e in equations.values():
        entries.append((e.anchor, f"({e.label}) {'of the first draft ' if e.number != e.label else ''}· {e.kind[1]}", f"{e.says}. {e.printed} {e.corrected}"))
    return "\n".join(body), entries


def row(e, marks, titles):
    name, word = e.kind
    cells = ", ".join(f'<a href="{stem}.html#cell-{cell}">{html.escape(titles[stem].split(" · ")[0])}[{cell}]</a>' if stem in titles else f"{stem}[{cell}]"
                      for stem, cell in e.cells)
    number = f'<a class="number" href="{e.page}">({e.label})</a>' if e.cells[0][0] in titles else f'<span class="number">({e.label})</span>'
    shown = formula(e.printed, marks) or '<p class="none">a number without a formula</p>'
    if e.corrected:
        right = "read" if name == "slip" else "corrected" if name == "wrong" else "completed"
        shown += f'<p class="label">{right}</p>{formula(e.corrected, marks)}'
    gap = "" if e.gap in ("—", "") else f'<span class="gap">difference {power(e.gap)}{" when corrected" if e.corrected else ""}</span>'
    note = e.verdict.partition(": ")[2]
    note = f"<p>{text.words(html.escape(note))}.</p>" if note and not note.startswith("within") else ""
    return (
        f'<article class="equation {name}" id="{e.anchor}" data-kind="{name}">{number}'
        f'<div class="shown">{shown}</div><div class="found"><span class="chip {name}">{word}</span>{gap}'
        f'<details><summary>how</summary><p>{text.words(html.escape(e.says))}.</p><p>{text.words(html.escape(e.how))}.</p>{note}'
        f"<p>Chapter[cell]: {cells}</p></details></div></article>"
    )
