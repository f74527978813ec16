// Reads a JSON list of [formula, whether it stands on a line of its own] and writes the
// list of their HTML. Called once a site by formulas.py, with the path of KaTeX.
"use strict";
const fs = require("fs");
const katex = require(process.argv[2]);

const options = (displayMode) => ({ displayMode, throwOnError: true, strict: "ignore", trust: true, output: "htmlAndMathml" });
const drawn = JSON.parse(fs.readFileSync(0, "utf8")).map(([tex, display]) => {
    try {
        return [katex.renderToString(tex, options(display)), ""];
    } catch (error) {
        return ["", error.message];
    }
});
fs.writeFileSync(1, JSON.stringify(drawn));
