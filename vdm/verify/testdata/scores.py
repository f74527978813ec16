#!/usr/bin/python3
"""A second, independent computation of the scores of package verify.

With numpy and scipy (Debian: python3-numpy, python3-scipy), by the definitions,
with double sums and scipy's own filters, labels and tests, and not by the
methods of the Go code.

    python3 scores.py > scores.json       made input and what it scores: the golden file
    python3 scores.py - < input.json      the scores of an input of that shape
"""
import json
import sys

import numpy as np
from scipy import ndimage, stats

MISSING = -999.0  # JSON has no NaN


def made_input():
    rng = np.random.default_rng(20260801)
    leads, height, width, members = 2, 9, 11, 4

    def rain():
        z = ndimage.gaussian_filter(rng.standard_normal((leads, height, width)), (0, 1.2, 1.2)) * 4
        return np.round(np.maximum(np.expm1(z) * 0.8, 0), 3).ravel()

    truth, fields = rain(), [rain() for _ in range(members)]
    truth[[5, 120]] = MISSING
    fields[1][[6, 40]] = MISSING
    a = np.zeros(60)
    for i in range(1, 60):
        a[i] = 0.7 * a[i - 1] + rng.standard_normal()
    return {
        "leads": leads, "height": height, "width": width,
        "members": [f.tolist() for f in fields], "truth": truth.tolist(),
        "thresholds": [0.1, 0.7, 2.0], "scales": [1, 3, 7],
        "series": np.round(a, 4).tolist(),
    }


def scores(d):
    leads, height, width = d["leads"], d["height"], d["width"]
    f = np.array(d["members"], dtype="f4").reshape(-1, leads, height, width)
    o = np.array(d["truth"], dtype="f4").reshape(leads, height, width)
    gone = (o == np.float32(MISSING)) | (f == np.float32(MISSING)).any(axis=0)
    m = len(f)
    out = {}

    def put(name, values):
        values = np.asarray(values, dtype=float).ravel()
        out.setdefault(name, []).extend(np.where(np.isnan(values), MISSING, values).tolist())

    x, y = f.astype("f8"), o.astype("f8")

    # Energy score: one vector a lead time, the cells that are there.
    for lead in range(leads):
        keep = ~gone[lead]
        v, w = x[:, lead][:, keep], y[lead][keep]
        err = np.mean([np.linalg.norm(a - w) for a in v])
        pairs = sum(np.linalg.norm(a - b) for a in v for b in v)
        put("energy", [err - pairs / (2 * m * m), err - pairs / (2 * m * (m - 1))])

    # Variogram score of order 1/2: every pair of cells of a frame up to 4 apart.
    at = np.array([(j, i) for j in range(height) for i in range(width)])
    plain = fair = weights = 0.0
    for lead in range(leads):
        for a in range(len(at)):
            for b in range(a):
                dist = np.hypot(*(at[a] - at[b]))
                ja, ia = at[a]
                jb, ib = at[b]
                if dist > 4 or gone[lead, ja, ia] or gone[lead, jb, ib]:
                    continue
                v = np.abs(x[:, lead, ja, ia] - x[:, lead, jb, ib]) ** 0.5
                square = (np.abs(y[lead, ja, ia] - y[lead, jb, ib]) ** 0.5 - v.mean()) ** 2
                plain += square / dist
                fair += (square - v.var(ddof=1) / m) / dist
                weights += 1 / dist
    put("variogram", [plain / weights, fair / weights])

    # Spread and skill.
    for part in [np.s_[l : l + 1] for l in range(leads)] + [np.s_[:]]:
        keep = ~gone[part]
        v, w = x[:, part][:, keep], y[part][keep]
        spread = np.sqrt((m + 1) / m * v.var(axis=0, ddof=1).mean())
        rmse = np.sqrt(((v.mean(axis=0) - w) ** 2).mean())
        put("spread", [spread, rmse, spread / rmse, (v.mean(axis=0) - w).mean()])

    # Events: probabilities, tables, curves.
    keep = ~gone
    for t in np.array(d["thresholds"], dtype="f4"):
        prob = (f >= t).mean(axis=0)[keep]
        came = (o >= t)[keep]
        base = came.mean()
        fair = (prob - came) ** 2 - prob * (1 - prob) / (m - 1)
        groups = [(prob == np.mean(np.arange(m) < k), np.mean(np.arange(m) < k)) for k in range(m + 1)]
        rel = sum(g.mean() * (p - came[g].mean()) ** 2 for g, p in groups if g.any())
        res = sum(g.mean() * (came[g].mean() - base) ** 2 for g, p in groups if g.any())
        put("brier", [np.mean((prob - came) ** 2), fair.mean(), rel, res, base * (1 - base)])
        put("reliability", [came[g].mean() if g.any() else np.nan for g, p in groups])
        put("roc_area", stats.mannwhitneyu(prob[came], prob[~came]).statistic / (came.sum() * (~came).sum()))
        put("roc", [[(prob[c] >= k / m - 1e-9).mean() for k in range(m + 1, -1, -1)] for c in (came, ~came)])
        for lead in range(leads):
            here = keep[lead]
            yes, event = (f[:, lead] >= t)[:, here], np.broadcast_to((o[lead] >= t)[here], (m, here.sum()))
            a, b, c, n = (yes & event).sum(), (yes & ~event).sum(), (~yes & event).sum(), yes.size
            chance = (a + b) * (a + c) / n
            put("contingency", [a, b, c, n - a - b - c])
            put("contingency_scores", [a / (a + c), b / (a + b), b / (n - a - c), (a + b) / (a + c), a / (a + b + c),
                                       (a - chance) / (a + b + c - chance)])

    # Fractions skill score: scipy's windows; cells outside and missing ones weigh 0.
    for t in np.array(d["thresholds"], dtype="f4"):
        for n in d["scales"]:
            square = reference = 0.0
            for lead in range(leads):
                def window(a):
                    return ndimage.convolve(a.astype(float), np.ones((n, n)), mode="constant", cval=0.0)
                here = keep[lead]
                cells = window(here)
                good = cells > 0.5
                fc = window((f[:, lead] >= t).mean(axis=0) * here)[good] / cells[good]
                ob = window((o[lead] >= t) * here)[good] / cells[good]
                square += ((fc - ob) ** 2).sum()
                reference += (fc ** 2).sum() + (ob ** 2).sum()
            put("fss", 1 - square / reference)

    # SAL, by scipy's labels and centres of mass.
    def features(field):
        wet = field[field >= np.float32(0.1)]
        labels, n = ndimage.label(field >= np.quantile(wet, 0.95) / 15, structure=np.ones((3, 3)))
        index = np.arange(1, n + 1)
        total = ndimage.sum(field, labels, index)
        peak = ndimage.maximum(field, labels, index)
        centre = np.array(ndimage.center_of_mass(field))
        apart = np.linalg.norm(np.array(ndimage.center_of_mass(field, labels, index)) - centre, axis=1)
        return field.sum(), centre, (total * total / peak).sum() / total.sum(), (total * apart).sum() / total.sum()

    longest = np.hypot(height - 1, width - 1)
    sal = []
    for lead in range(leads):
        obs = features(np.where(gone[lead], 0, y[lead]))
        for member in x[:, lead]:
            fc = features(np.where(gone[lead], 0, member))
            s, a = [2 * (fc[i] - obs[i]) / (fc[i] + obs[i]) for i in (2, 0)]
            l1, l2 = np.linalg.norm(fc[1] - obs[1]) / longest, 2 * abs(fc[3] - obs[3]) / longest
            sal.append([s, a, l1 + l2, l1, l2, abs(s), abs(a)])
    put("sal", np.mean(sal, axis=0))

    # Power ratio, missing cells taken as they stand to have whole frames.
    side = min(height, width)
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]) * side
    def rings(frames):
        power = np.mean(np.abs(np.fft.fft2(frames)) ** 2, axis=tuple(range(frames.ndim - 2)))
        return np.array([power[(radius >= k - 0.5) & (radius < k + 0.5)].mean() for k in range(1, side // 2 + 1)])
    ratio = rings(np.where(gone, 0, x)) / rings(np.where(gone, 0, y))
    put("power_ratio", ratio)
    put("power_ratio", np.abs(np.log(ratio)).mean())

    # Block length and the exact variance of the stationary bootstrap's mean.
    s = np.array(d["series"])
    n = len(s)
    r = np.correlate(s - s.mean(), s - s.mean(), "full")[n - 1 :] / n
    run = max(5, int(np.ceil(np.sqrt(np.log10(n)))))
    most = int(np.ceil(np.sqrt(n))) + run
    small = np.abs(r / r[0]) < 2 * np.sqrt(np.log10(n) / n)
    lag = next(k for k in range(1, n) if small[k + 1 : k + run + 1].all())
    big = min(2 * lag, most)
    k = np.arange(-big, big + 1)
    window = np.clip(2 * (1 - np.abs(k) / big), 0, 1)
    g = (window * np.abs(k) * r[np.abs(k)]).sum()
    dsb = 2 * (window * r[np.abs(k)]).sum() ** 2
    block = np.clip((2 * g * g / dsb) ** (1 / 3) * n ** (1 / 3), 1, min(3 * np.sqrt(n), n / 3))
    put("block", block)
    i = np.arange(1, n)
    q = 1 - 1 / block
    put("bootstrap_se", np.sqrt((r[0] + 2 * (((1 - i / n) * q ** i + i / n * q ** (n - i)) * r[i]).sum()) / n))
    return out


if __name__ == "__main__":
    given = json.load(sys.stdin) if sys.argv[1:] == ["-"] else made_input()
    want = scores(given)
    json.dump({"input": given, "want": want}, sys.stdout)
    sys.stdout.write("\n")
