"""The outputs of notebooks/book/equation, each one check, as a reader wants them:
what was found in a line, and the digits behind a click."""
import html
import json
import re

from . import equations, text

FOUND = re.compile(r"^(difference|smallest margin) ")
OLDER = re.compile(r"^differ by ([^,]+), allowed ([^:]+): (.*)")  # in outputs of before December 2026


def html_of(words):
    return text.words(html.escape(words))


def html_box(classes, anchor, first, second, values):
    details = "".join(f"<p>{html_of(line)}</p>" for line in values)
    folded = f"<details><summary>values</summary>{details}</details>" if details else ""
    return f'<div class="check {classes}"{anchor}><p>{first}</p>{f"<p class=small>{second}</p>" if second else ""}{folded}</div>'


def compared(lines):
    """What the lines of a check come to in one, and the lines to fold."""
    return next((line for line in reversed(lines) if FOUND.match(line)), ""), lines


def shown(equation, several, formulas):
    """The formulas of an equation, each with its number where a check has several."""
    number = f"({equation.label}) " if several else ""
    parts = []
    if equation.printed:
        label = f"{number}as printed" if equation.corrected else number
        parts.append((label, equation.printed))
    if equation.corrected:
        parts.append((number + {"slip": "read", "wrong": "corrected"}.get(equation.kind[0], "completed"), equation.corrected))
    return "".join(f'<span class="formula">{f"<small>{label.strip()}</small>" if label.strip() else ""}{formulas.mark(tex, display=True)}</span>' for label, tex in parts)


def html_output(tree, references, stem, formulas):
    """The HTML of one output, parsed as tree. The first check of an equation on a page shows
    it as printed and, where that is not right, as it should be."""
    lines = [line for small in tree.find_all("small") for line in small.get_text("\n").split("\n")]
    lines = [OLDER.sub(r"difference \1 (tolerance \2: \3)", line) for line in lines]
    second, values = compared(lines)
    second = html_of(second)
    if not tree.has_attr("data-equation"):
        for small in tree.find_all("small"):
            small.decompose()
        return html_box("statement", "", html_of(tree.get_text().strip()), second, values)
    record = json.loads(tree["data-equation"])
    verdict = "slip of notation" if record.get("slip") else record["verdict"]
    name, word = equations.kind(verdict)
    numbers = ", ".join(references.number(n) for n in record["numbers"])
    new = [n for n in record["numbers"] if references.first(n, stem)]
    anchors = "".join(f'<a id="eq-{n.replace(":", "-")}"></a>' for n in new[1:])
    anchor = f' id="eq-{new[0].replace(":", "-")}"' if new else ""
    first = f'{anchors}<b>{numbers}</b> {html_of(record["says"])} <span class="chip {name}">{word}</span>'
    first += "".join(shown(references.equations[n], len(new) > 1, formulas) for n in new if n in references.equations)
    form = record.get("form", "")
    if form and not any(references.equations[n].corrected for n in new if n in references.equations):
        verb = {"slip": "read", "wrong": "corrected form", "incomplete": "completed form"}.get(name, "form")
        first += f'<br><span class="form">{verb}: {html_of(form)}</span>'
    return html_box(name, anchor, first, second, values)
