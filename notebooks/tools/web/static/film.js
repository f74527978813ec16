// Films that can be stopped. A browser plays an animated PNG and lets nobody stop it; so
// its frames are cut into pictures of their own, and drawn one at a time.
"use strict";
(function () {
    const CRC = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) { n = n & 1 ? 0xEDB88320 ^ (n >>> 1) : n >>> 1; } return n >>> 0; });
    const crc = (bytes) => { let c = 0xFFFFFFFF; for (const b of bytes) { c = CRC[(c ^ b) & 255] ^ (c >>> 8); } return (c ^ 0xFFFFFFFF) >>> 0; };
    const chunk = (type, data) => {
        const out = new Uint8Array(data.length + 12), view = new DataView(out.buffer);
        view.setUint32(0, data.length);
        for (let i = 0; i < 4; i++) { out[4 + i] = type.charCodeAt(i); }
        out.set(data, 8);
        view.setUint32(8 + data.length, crc(out.subarray(4, 8 + data.length)));
        return out;
    };

    // The frames of an animated PNG: a picture file each, its place, how long it stays in
    // milliseconds, and how it joins the others.
    const cut = (file) => {
        const view = new DataView(file.buffer, file.byteOffset), before = [], frames = [];
        let header = null, data = [], current = null;
        const finish = () => {
            if (!current || !data.length) { return; }
            const size = header.slice();
            new DataView(size.buffer).setUint32(0, current.width);
            new DataView(size.buffer).setUint32(4, current.height);
            current.file = new Blob([file.slice(0, 8), chunk("IHDR", size), ...before, ...data.map((d) => chunk("IDAT", d)), chunk("IEND", new Uint8Array(0))], { type: "image/png" });
            frames.push(current);
            data = [];
        };
        for (let at = 8; at < file.length;) {
            const length = view.getUint32(at), type = String.fromCharCode(...file.subarray(at + 4, at + 8)), body = file.subarray(at + 8, at + 8 + length);
            if (type === "IHDR") { header = body.slice(); }
            if (type === "PLTE" || type === "tRNS") { before.push(chunk(type, body)); }
            if (type === "fcTL") {
                finish();
                const b = at + 8;
                const [width, height, x, y] = [4, 8, 12, 16].map((i) => view.getUint32(b + i));
                current = { width, height, x, y, stays: 1000 * view.getUint16(b + 20) / (view.getUint16(b + 22) || 100), dispose: body[24], blend: body[25] };
            }
            if (type === "IDAT" && current) { data.push(body); }
            if (type === "fdAT") { data.push(body.subarray(4)); }
            at += length + 12;
        }
        finish();
        return frames;
    };

    const play = async (image) => {
        const text = atob(image.src.split(",")[1]), file = Uint8Array.from(text, (c) => c.charCodeAt(0));
        const frames = cut(file);
        if (frames.length < 2) { return; }
        for (const frame of frames) { frame.picture = await createImageBitmap(frame.file); }
        const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
        canvas.width = image.naturalWidth || image.width;
        canvas.height = image.naturalHeight || image.height;
        canvas.style.width = image.getAttribute("width") + "px";
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", image.alt);
        const player = document.createElement("div"), button = document.createElement("button"), slider = document.createElement("input"), said = document.createElement("output");
        player.className = "player";
        button.type = "button";
        Object.assign(slider, { type: "range", min: 0, max: frames.length - 1, step: 1, value: 0 });
        slider.setAttribute("aria-label", "frame");
        player.append(button, slider, said);
        // A frame is what all up to it have left on the canvas.
        const show = (n) => {
            pen.clearRect(0, 0, canvas.width, canvas.height);
            for (let i = 0; i <= n; i++) {
                const f = frames[i];
                if (f.blend === 0) { pen.clearRect(f.x, f.y, f.width, f.height); }
                pen.drawImage(f.picture, f.x, f.y);
                if (i < n && f.dispose === 1) { pen.clearRect(f.x, f.y, f.width, f.height); }
            }
            slider.value = String(n);
            said.textContent = `${n + 1} of ${frames.length}`;
        };
        let timer = 0;
        const next = () => {
            show((Number(slider.value) + 1) % frames.length);
            timer = setTimeout(next, Math.max(50, frames[Number(slider.value)].stays));
        };
        const start = () => { button.textContent = "pause"; timer = setTimeout(next, frames[Number(slider.value)].stays); };
        const stop = () => { clearTimeout(timer); timer = 0; button.textContent = "play"; };
        button.addEventListener("click", () => (timer ? stop() : start()));
        slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
        image.replaceWith(canvas, player);
        show(0);
        if (matchMedia("(prefers-reduced-motion: reduce)").matches) { stop(); } else { start(); }
    };

    for (const image of document.querySelectorAll("img.moving")) {
        image.loading = "eager";
        image.decode().then(() => play(image)).catch(() => { /* the browser goes on showing it as it is */ });
    }
})();
