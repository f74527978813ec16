"""What all pages have in common: the head, the bar with the search, the contents at
the side, and the way to the next page."""
import html
import re

TITLE = "Video diffusion models for climate simulations"

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{head}</title>
<meta name="description" content="{description}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/katex.css">
<link rel="stylesheet" href="assets/page.css">
<link rel="stylesheet" href="assets/content.css">
<script src="assets/theme.js"></script>
<script src="assets/page.js" defer></script>
<script src="assets/search.js" defer></script>
{scripts}</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header class="bar">
<button type="button" id="menu" aria-expanded="false" aria-controls="side" aria-label="Contents">☰</button>
<a class="home" href="index.html"><span class="full">{site}</span><span class="brief">All chapters</span></a>
<div class="search" role="search"><input id="search" type="search" placeholder="Search (press /)" aria-label="Search" autocomplete="off"><div id="results" hidden></div></div>
<button type="button" id="theme" aria-label="Light or dark" title="Light or dark">◐</button>
</header>
<nav id="side" aria-label="Contents">
{side}
</nav>
<main id="main">
{body}
{turn}
</main>
{notes}
</body>
</html>
"""


def page(body, site, name, title, description="", scripts=(), notes=""):
    """A whole page. site is the Site with its parts, name the file's."""
    plain = re.sub(r"<[^>]+>", "", title)
    return PAGE.format(
        head=html.escape(f"{plain} · {TITLE}" if plain != TITLE else TITLE), description=html.escape(description.replace('$', ''), quote=True),
        site=TITLE, side=side(site, name), body=body, turn=turn(site, name), notes=notes,
        scripts="".join(f'<script src="assets/{script}" defer></script>\n' for script in scripts))


def side(site, name):
    """The contents: parts, chapters, and the sections of the chapter that is open."""
    out = []
    for part in site.parts:
        out.append(f"<h2>{part['title']}</h2>\n<ul>")
        out.extend(item(chapter.page, chapter.heading, name, chapter.sections) for chapter in part["chapters"])
        out.append("</ul>")
    if site.companions:
        out.append("<h2>To look up</h2>\n<ul>")
        out.extend(item(file, title, name, ()) for file, title in site.companions)
        out.append("</ul>")
    return "\n".join(out)


def item(file, title, name, sections):
    if file != name:
        return f'<li><a href="{file}">{title}</a></li>'
    inner = "".join(f'<li><a href="#{anchor}">{heading}</a></li>' for anchor, level, heading in sections if level == "h2")
    return f'<li class="open"><a href="{file}" aria-current="page">{title}</a>{f"<ol>{inner}</ol>" if inner else ""}</li>'


def turn(site, name):
    """The links to the pages before and after this one."""
    pages = [(c.page, c.heading) for part in site.parts for c in part["chapters"]]
    files = [file for file, _ in pages]
    if name not in files:
        return ""
    at, links = files.index(name), []
    if at > 0:
        links.append(f'<a class="previous" rel="prev" href="{pages[at - 1][0]}"><small>previous</small>{pages[at - 1][1]}</a>')
    if at + 1 < len(pages):
        links.append(f'<a class="next" rel="next" href="{pages[at + 1][0]}"><small>next</small>{pages[at + 1][1]}</a>')
    return f'<nav class="turn" aria-label="Previous and next">{"".join(links)}</nav>' if links else ""
