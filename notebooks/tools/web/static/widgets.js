// The sliders of interactive.html, on the page itself: each .widget gets controls and
// plots, drawn as SVG in the page's colours.
"use strict";
(function () {
    const make = (name, attributes, ...children) => {
        const e = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const [key, value] of Object.entries(attributes)) { e.setAttribute(key, value); }
        e.append(...children);
        return e;
    };
    const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#7a5ccc"];
    const short = (x) => String(+x.toPrecision(3)).replace("-", "−");

    // A plot with axes; draw gets functions from data to pixels.
    const plot = (title, x, y, draw, log = false) => {
        const W = 320, H = 300, left = 46, right = 8, top = 24, bottom = 36;
        const to = (v, [a, b], from, until) => from + (v - a) / (b - a) * (until - from);
        const fx = (v) => to(v, x.limits, left, W - right), fy = (v) => to(v, y.limits, H - bottom, top);
        const svg = make("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": title, "font-size": "11", fill: "currentColor" });
        svg.append(make("text", { x: (left + W - right) / 2, y: 14, "text-anchor": "middle", "font-weight": "600" }, title));
        svg.append(make("rect", { x: left, y: top, width: W - left - right, height: H - top - bottom, fill: "none", stroke: "currentColor", "stroke-opacity": .4 }));
        const quarters = ([a, b]) => [0, 1, 2, 3, 4].map((i) => a + i / 4 * (b - a));
        const decades = ([a, b]) => { const by = Math.ceil((b - a) / 5), out = []; for (let v = a; v <= b; v += by) { out.push(v); } return out; };
        for (const v of quarters(x.limits)) { svg.append(make("text", { x: fx(v), y: H - bottom + 14, "text-anchor": "middle" }, short(v))); }
        for (const v of (log ? decades : quarters)(y.limits)) {
            const label = make("text", { x: left - 4, y: fy(v) + 4, "text-anchor": "end" }, log ? "10" : short(v));
            if (log) { label.append(make("tspan", { dy: -4, "font-size": 8 }, String(v).replace("-", "−"))); }
            svg.append(label);
        }
        svg.append(make("text", { x: (left + W - right) / 2, y: H - 4, "text-anchor": "middle" }, x.label));
        if (y.label) { svg.append(make("text", { transform: `translate(9 ${(top + H - bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, y.label)); }
        draw(svg, fx, fy);
        return svg;
    };
    const line = (svg, points, colour, dash = "") => {
        let path = "", pen = "M";
        for (const [px, py] of points) {
            if (!Number.isFinite(py)) { pen = "M"; continue; }
            path += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
            pen = "L";
        }
        svg.append(make("path", { d: path || "M0 0", fill: "none", stroke: colour, "stroke-width": 1.8, "stroke-dasharray": dash }));
    };
    const dots = (title, points) => plot(title, { limits: [-3, 3], label: "x₁" }, { limits: [-3, 3], label: "x₂" }, (svg, fx, fy) => {
        for (const [a, b] of points) {
            if (Math.abs(a) < 3 && Math.abs(b) < 3) { svg.append(make("circle", { cx: fx(a).toFixed(1), cy: fy(b).toFixed(1), r: 1.6, fill: COLOURS[0], "fill-opacity": .7 })); }
        }
    });

    const widgets = {
        schedule: {
            controls: [
                { name: "smallest λ", min: -30, max: -1, value: -30 }, { name: "largest λ", min: 1, max: 30, value: 30 },
                { name: "weighting", choices: Object.keys(live.weightings), value: 1 },
            ],
            draw: ([min, max, which]) => {
                const s = live.cosine(min, max), name = Object.keys(live.weightings)[which], w = live.weightings[name](s);
                const grid = Array.from({ length: 301 }, (_, i) => i / 300), at = (u) => min + u * (max - min);
                const lambda = plot("λ over time", { limits: [0, 1], label: "t" }, { limits: [-30, 30], label: "λ" }, (svg, fx, fy) => line(svg, grid.map((t) => [fx(t), fy(s.lambda(t))]), COLOURS[0]));
                const values = grid.flatMap((u) => [w.w(at(u)), w.slope(at(u))]).filter((v) => v > 0).map(Math.log10);
                const top = Math.ceil(Math.max(...values) + .01), low = Math.max(Math.floor(Math.min(...values)), top - 16);
                const weight = plot(`w(λ), and −w′(λ) dashed: ${name}`, { limits: [min, max], label: "λ" }, { limits: [low, top], label: "weight" }, (svg, fx, fy) => {
                    const curve = (f) => grid.map((u) => { const v = f(at(u)); return [fx(at(u)), v > 0 && Math.log10(v) >= low ? fy(Math.log10(v)) : NaN]; });
                    line(svg, curve(w.w), COLOURS[0]);
                    line(svg, curve(w.slope), COLOURS[1], "5 3");
                }, true);
                return [[lambda, weight], `w(0) = ${short(w.w(0))}`];
            },
        },
        steps: {
            controls: [
                { name: "smallest λ", min: -12, max: -1, value: -12 }, { name: "largest λ", min: 1, max: 12, value: 12 },
                { name: "steps", min: 1, max: 200, value: 20 }, { name: "variance", choices: ["lower bound", "upper bound"], value: 0 },
            ],
            draw: ([min, max, steps, upper]) => {
                const path = live.follow(live.ancestral(live.cosine(min, max), steps, upper === 1), 400, 1), noise = live.normals(11);
                const data = Array.from({ length: 400 }, (_, i) => live.ring[i % 8].map((m) => m + 0.12 * noise()));
                return [[dots("samples", path[path.length - 1]), dots("data", data)], `spread ${short(live.spread(path[path.length - 1]))}, of the data 0.12`];
            },
        },
        moving: {
            controls: [{ name: "step", min: 0, max: 64, value: 32, play: true }],
            draw: ([step]) => {
                const plan = live.ancestral(live.cosine(-12, 12), 64, false);
                widgets.moving.path ||= live.follow(plan, 300, 1);
                const path = widgets.moving.path, lambda = step === 0 ? -12 : plan[step - 1].s;
                const trails = plot("eight of them", { limits: [-3, 3], label: "x₁" }, { limits: [-3, 3], label: "x₂" }, (svg, fx, fy) => {
                    for (let p = 0; p < 8; p++) { line(svg, path.slice(0, step + 1).map((points) => [fx(points[p][0]), fy(points[p][1])]), COLOURS[p]); }
                });
                return [[dots(`λ = ${(Math.round(10 * lambda) / 10 + 0).toFixed(1)}`.replace("-", "−"), path[step]), trails], ""];
            },
        },
    };

    for (const box of document.querySelectorAll(".widget")) {
        const widget = widgets[box.dataset.widget];
        if (!widget) { continue; }
        const controls = document.createElement("div"), plots = document.createElement("div"), said = document.createElement("output");
        controls.className = "controls";
        plots.className = "plots";
        said.className = "said";
        const inputs = widget.controls.map((c) => {
            const label = document.createElement("label"), name = document.createElement("span"), value = document.createElement("output");
            const input = document.createElement(c.choices ? "select" : "input");
            name.textContent = c.name;
            if (c.choices) {
                input.append(...c.choices.map((choice, i) => new Option(choice, String(i), false, i === c.value)));
            } else {
                Object.assign(input, { type: "range", min: c.min, max: c.max, step: 1, value: c.value });
            }
            label.append(name, input, value);
            if (c.play) {
                const button = document.createElement("button");
                button.type = "button";
                button.textContent = "play";
                let timer = 0;
                button.addEventListener("click", () => {
                    if (timer) { clearInterval(timer); timer = 0; button.textContent = "play"; return; }
                    button.textContent = "stop";
                    timer = setInterval(() => { input.value = String((Number(input.value) + 1) % (c.max + 1)); draw(); }, 80);
                });
                controls.append(button);
            }
            controls.append(label);
            input.addEventListener("input", () => draw());
            return [input, value];
        });
        const draw = () => {
            const values = inputs.map(([input, shown]) => { if (input.type === "range") { shown.textContent = input.value.replace("-", "−"); } return Number(input.value); });
            const [pictures, text] = widget.draw(values);
            plots.replaceChildren(...pictures);
            said.textContent = text;
        };
        box.append(controls, plots, said);
        draw();
    }
})();
