"""The first page: what this is, a way in for each kind of reader, and the chapters."""
import html
import re

from . import equations, shell, text


def body(site, formulas, references):
    """The body of index.html."""
    out = [f'<h1 id="top">{shell.TITLE}</h1>', f'<p class="lead">{text.inline(site.about["lead"], formulas)}</p>' if site.about else ""]
    if site.equations:
        out.append(tally(site.equations))
    known = {chapter.page for part in site.parts for chapter in part["chapters"]} | {file for file, _ in site.companions}
    readers = [(who, text.html(way, formulas)) for who, way in (site.about or {}).get("readers", [])]
    cards = []
    for who, tree in readers:
        for link in tree.find_all("a", href=True):
            if ":" not in link["href"] and link["href"].partition("#")[0] not in known:
                link.unwrap()  # a site of some chapters has no others to lead to
        cards.append(f'<div class="reader"><h3>{html.escape(who)}</h3>{tree}</div>')
    if cards and len(known) > 3:
        out.append(f'<h2 id="readers">Where to start</h2><div class="readers">{"".join(cards)}</div>')
    if len(known) > 3 and (site.about or {}).get("reading"):
        out.append('<details class="reading"><summary>How to read a page</summary>' + str(text.html(site.about["reading"], formulas)) + "</details>")
    for part in site.parts:
        out.append(f'<h2 id="{part["anchor"]}">{part["title"]}</h2>')
        if part.get("about"):
            out.append(f"<p>{text.inline(part['about'], formulas)}</p>")
        out.append('<div class="chapters">')
        out.extend(card(chapter, site, formulas) for chapter in part["chapters"])
        out.append("</div>")
    return "\n".join(out)


def card(chapter, site, formulas):
    """A chapter with its first picture, what was found, and what it takes."""
    about = site.chapter_about(chapter.stem)
    drawn = about["picture"] if isinstance(about.get("picture"), str) else chapter.picture_of(about.get("picture"))
    picture = f'<img src="{html.escape(drawn)}" alt="" loading="lazy">' if drawn else '<span class="empty"></span>'
    result = text.inline(about.get("result") or text.plain(chapter.summary) if about else chapter.summary, formulas)
    facts = " · ".join(html.escape(fact) for fact in (about.get("covers"), about.get("takes"), about.get("needs") and "needs " + about["needs"]) if fact)
    return (f'<a class="chapter" href="{chapter.page}"><span class="thumb">{picture}</span><span class="what"><strong>{chapter.heading}</strong>'
            f'<span class="result">{without_links(result)}</span>{f"<small>{facts}</small>" if facts else ""}</span></a>')


def without_links(result):
    return re.sub(r"</?a\b[^>]*>", "", result)


def tally(found):
    """How many equations were checked, and what was found, as links to their page."""
    counts = {}
    for e in found.values():
        counts[e.kind] = counts.get(e.kind, 0) + 1
    order = ["holds", "approximate", "definition", "slip", "incomplete", "wrong"]
    chips = " ".join(f'<a class="chip {name}" href="equations.html?show={name}">{equations.count(number, word)}</a>'
                     for (name, word), number in sorted(counts.items(), key=lambda c: order.index(c[0][0])))
    return f'<p class="tally"><a href="equations.html"><strong>{len(found)} equations checked</strong></a> {chips}</p>'
