// Light or dark, as the reader chose; before the page is drawn, so that it does not flash.
"use strict";
(function () {
    let chosen = null;
    try { chosen = localStorage.getItem("theme"); } catch (error) { /* a page from a disk may have no storage */ }
    if (chosen) { document.documentElement.dataset.theme = chosen; }
})();
