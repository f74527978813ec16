// Contents on a narrow screen, light and dark, notes where a reader points, cells that can be
// copied, the section that is being read, films that can be stopped, and folded parts in print.
"use strict";
(function () {
    const root = document.documentElement;
    const menu = document.getElementById("menu"), side = document.getElementById("side");
    menu.addEventListener("click", () => {
        const open = root.classList.toggle("menu");
        menu.setAttribute("aria-expanded", String(open));
        if (open) { side.querySelector("[aria-current]")?.scrollIntoView({ block: "center" }); }
    });
    side.addEventListener("click", (event) => {
        if (event.target.closest("a")) { root.classList.remove("menu"); menu.setAttribute("aria-expanded", "false"); }
    });

    document.getElementById("theme").addEventListener("click", () => {
        const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
        try { localStorage.setItem("theme", root.dataset.theme); } catch (error) { /* see theme.js */ }
    });

    // Notes: what a link's template holds, above or below the link.
    const note = document.createElement("div");
    note.id = "note";
    note.setAttribute("role", "tooltip");
    note.hidden = true;
    document.body.append(note);
    let leaving = 0;
    const show = (link) => {
        const template = document.getElementById("note-" + link.dataset.note);
        if (!template) { return; }
        clearTimeout(leaving);
        note.replaceChildren(template.content.cloneNode(true));
        note.hidden = false;
        const at = link.getBoundingClientRect(), size = note.getBoundingClientRect();
        const left = Math.max(8, Math.min(at.left, root.clientWidth - size.width - 8));
        const above = at.top - size.height - 6;
        note.style.left = left + scrollX + "px";
        note.style.top = (above > 56 ? above : at.bottom + 6) + scrollY + "px";
    };
    const hide = () => { leaving = setTimeout(() => { note.hidden = true; }, 200); };
    for (const link of document.querySelectorAll("[data-note]")) {
        link.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") { show(link); } });
        link.addEventListener("pointerleave", hide);
        link.addEventListener("focus", () => show(link));
        link.addEventListener("blur", hide);
    }
    // A finger's first touch shows the note, the second follows the link.
    let touched = null, finger = false;
    document.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; });
    document.addEventListener("click", (event) => {
        const link = event.target.closest?.("[data-note]");
        if (finger && link && touched !== link) {
            event.preventDefault();
            touched = link;
            show(link);
        } else if (!event.target.closest?.("#note")) {
            touched = null;
            note.hidden = true;
        }
    });
    note.addEventListener("pointerenter", () => clearTimeout(leaving));
    note.addEventListener("pointerleave", hide);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") { note.hidden = true; } });

    // A button on each cell that copies its code.
    for (const code of document.querySelectorAll("pre.go")) {
        const button = document.createElement("button"), box = document.createElement("div");
        button.type = "button";
        button.textContent = "copy";
        button.setAttribute("aria-label", "Copy this code");
        button.addEventListener("click", async () => {
            try {
                await navigator.clipboard.writeText(code.textContent);
                button.textContent = "copied";
            } catch (error) { // a browser that lets no page write there: the code is selected instead
                getSelection().selectAllChildren(code);
                button.textContent = "press Ctrl+C";
            }
            setTimeout(() => { button.textContent = "copy"; }, 2000);
        });
        box.className = "copied";
        code.replaceWith(box);
        box.append(code, button);
    }

    // The section that is being read.
    const sections = new Map([...side.querySelectorAll("ol a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
    if (sections.size) {
        const mark = () => {
            let current = null;
            for (const [id, link] of sections) {
                const heading = document.getElementById(id);
                if (heading && heading.getBoundingClientRect().top < 120) { current = link; }
            }
            for (const link of sections.values()) { link.classList.toggle("reading", link === current); }
        };
        addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
        mark();
    }

    // A link into a folded part opens it.
    const unfold = () => {
        const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        for (let at = target; at; at = at.parentElement) { if (at.tagName === "DETAILS") { at.open = true; } }
        if (target?.closest("details")) { target.scrollIntoView(); }
    };
    addEventListener("hashchange", unfold);
    unfold();
    addEventListener("beforeprint", () => {
        for (const part of document.querySelectorAll("details:not(.plumbing)")) { if (!part.open) { part.open = true; part.dataset.printed = ""; } }
    });
    addEventListener("afterprint", () => {
        for (const part of document.querySelectorAll("[data-printed]")) { part.open = false; delete part.dataset.printed; }
    });

    // The page of equations, by verdict.
    const filters = [...document.querySelectorAll(".filter button")];
    const filter = (kind) => {
        for (const button of filters) { button.setAttribute("aria-pressed", String(button.dataset.kind === kind)); }
        for (const equation of document.querySelectorAll(".equation")) { equation.hidden = kind !== "" && equation.dataset.kind !== kind; }
    };
    for (const button of filters) {
        button.addEventListener("click", () => filter(button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.kind));
    }
    const asked = new URLSearchParams(location.search).get("show");
    if (filters.length && asked) { filter(asked); }
})();
