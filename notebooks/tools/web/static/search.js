// Search without a server: the index is a script, read when the reader first wants it, as
// a page from a disk may load scripts and nothing else.
"use strict";
(function () {
    const field = document.getElementById("search"), list = document.getElementById("results");
    let sections = null;

    const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

    const load = () => new Promise((resolve) => {
        if (sections) { resolve(); return; }
        const script = document.createElement("script");
        script.src = "assets/index.js";
        script.onload = () => {
            sections = [];
            for (const [page, title, parts] of window.searchIndex) {
                for (const [anchor, heading, text] of parts) {
                    sections.push({ page, title, anchor, heading, text, in: fold(text), head: fold(heading), top: fold(title) });
                }
            }
            resolve();
        };
        document.head.append(script);
    });

    // Words must all occur; in a heading they weigh more, and as the beginning of a word, too.
    const score = (section, words) => {
        let total = 0;
        for (const word of words) {
            let found = 0;
            const at = section.in.indexOf(word);
            if (at >= 0) { found += 1 + Math.min(4, section.in.split(word).length - 2) / 4 + (at === 0 || /\W/.test(section.in[at - 1]) ? 1 : 0); }
            if (section.head.includes(word)) { found += 8; }
            if (section.top.includes(word)) { found += 2; }
            if (!found) { return 0; }
            total += found;
        }
        return total;
    };

    const excerpt = (section, words) => {
        const first = Math.max(0, Math.min(...words.map((word) => section.in.indexOf(word)).filter((i) => i >= 0), section.text.length));
        const from = Math.max(0, first - 60);
        const text = (from ? "… " : "") + section.text.slice(from, from + 170).trim() + (from + 170 < section.text.length ? " …" : "");
        const p = document.createElement("span");
        const pattern = new RegExp("(" + words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|") + ")", "gi");
        text.split(pattern).forEach((piece, i) => {
            if (i % 2) { const mark = document.createElement("mark"); mark.textContent = piece; p.append(mark); } else { p.append(piece); }
        });
        return p;
    };

    const find = async () => {
        const words = fold(field.value).split(/\s+/).filter((word) => word.length > 1);
        if (!words.length) { list.hidden = true; list.replaceChildren(); return; }
        await load();
        const found = sections.map((section) => [score(section, words), section]).filter(([s]) => s > 0);
        found.sort((a, b) => b[0] - a[0]);
        const shown = found.slice(0, 20).map(([, section]) => {
            const link = document.createElement("a"), head = document.createElement("b"), where = document.createElement("small");
            link.href = section.page + "#" + section.anchor;
            head.textContent = section.heading || section.title;
            where.textContent = section.heading && section.heading !== section.title ? section.title : "";
            link.append(head, where, excerpt(section, words));
            return link;
        });
        if (!shown.length) { const none = document.createElement("p"); none.textContent = "Nothing found."; shown.push(none); }
        list.replaceChildren(...shown);
        list.hidden = false;
    };

    field.addEventListener("focus", load);
    field.addEventListener("input", find);
    field.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { field.value = ""; list.hidden = true; field.blur(); }
        if (event.key === "Enter") { list.querySelector("a")?.click(); }
        if (event.key === "ArrowDown") { list.querySelector("a")?.focus(); event.preventDefault(); }
    });
    list.addEventListener("keydown", (event) => {
        const at = document.activeElement;
        if (event.key === "ArrowDown") { at.nextElementSibling?.focus(); event.preventDefault(); }
        if (event.key === "ArrowUp") { (at.previousElementSibling || field).focus(); event.preventDefault(); }
        if (event.key === "Escape") { list.hidden = true; field.focus(); }
    });
    list.addEventListener("click", (event) => { if (event.target.closest("a")) { list.hidden = true; } });
    document.addEventListener("click", (event) => { if (!event.target.closest(".search")) { list.hidden = true; } });
    document.addEventListener("keydown", (event) => {
        if (event.key === "/" && !/INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) { field.focus(); event.preventDefault(); }
    });
})();
