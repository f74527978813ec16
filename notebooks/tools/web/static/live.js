// The cosine schedule, the weightings and the ancestral sampler, as package vdm has them
// (schedule_cosine.go, weighting*.go, process.go, sampler_ancestral.go), and the best
// denoiser of a mixture. notebooks/live_test.go compares the numbers with the library's.
"use strict";
const live = (function () {
    const logistic = (x) => 1 / (1 + Math.exp(-x));
    const alpha = (l) => Math.sqrt(logistic(l)), sigma = (l) => Math.sqrt(logistic(-l));

    // The cosine schedule (2.53) between two bounds of λ.
    const cosine = (min, max) => {
        const a = Math.exp(-max / 2), b = Math.exp(-min / 2);
        const between = (low, high) => Math.atan(Math.sinh((high - low) / 4) / Math.cosh((high + low) / 4));
        const span = between(min, max);
        const density = (l) => (l < min || l > max ? 0 : 1 / (4 * span * Math.cosh(l / 2)));
        return {
            min, max, density,
            slope: (l) => -Math.tanh(l / 2) / 2 * density(l),
            lambda: (t) => { // the smaller of ψ and π/2 − ψ, so that no digits cancel
                const psi = (1 - t) * Math.atan(a) + t * Math.atan(b);
                const rest = (1 - t) * Math.atan(1 / a) + t * Math.atan(1 / b);
                const l = psi < rest ? -2 * Math.log(Math.tan(psi)) : 2 * Math.log(Math.tan(rest));
                return Math.max(min, Math.min(max, l));
            },
        };
    };

    const normal = (x, mean, std) => Math.exp(-((x - mean) ** 2) / (2 * std * std)) / (std * Math.sqrt(2 * Math.PI));

    // Weightings by name: w(λ) and −w′(λ) under a schedule.
    const weightings = {
        "ELBO": () => ({ w: () => 1, slope: () => 0 }),
        "v": (s) => ({
            w: (l) => 2 * s.density(l) * (1 + Math.exp(-l)),
            slope: (l) => 2 * s.density(l) * Math.exp(-l) - 2 * s.slope(l) * (1 + Math.exp(-l)),
        }),
        "sigmoid": () => ({ w: (l) => logistic(-1 - l), slope: (l) => logistic(-1 - l) * logistic(l + 1) }),
        "min-SNR": (s) => ({
            w: (l) => 2 * s.density(l) * Math.min(1, 5 * Math.exp(-l)),
            slope: (l) => (l < Math.log(5) ? -2 * s.slope(l) : 10 * Math.exp(-l) * (s.density(l) - s.slope(l))),
        }),
        "EDM": () => ({
            w: (l) => 2 * normal(l, 2.4, 2.4) * (4 * Math.exp(-l) + 1),
            slope: (l) => 2 * normal(l, 2.4, 2.4) * ((l - 2.4) / 5.76 * (4 * Math.exp(-l) + 1) + 4 * Math.exp(-l)),
        }),
    };

    // The plan of the ancestral sampler: equal steps in time; the last adds no noise.
    const ancestral = (schedule, steps, upper) => Array.from({ length: steps }, (_, i) => {
        const at = (k) => (k === 0 ? schedule.min : k === steps ? schedule.max : schedule.lambda(1 - k / steps));
        const t = at(i), s = at(i + 1), gain = -Math.expm1(t - s);
        const noise = i === steps - 1 ? 0 : (upper ? sigma(t) : sigma(s)) * Math.sqrt(gain);
        return { t, s, z: Math.exp((t - s) / 2) * sigma(s) / sigma(t), x: alpha(s) * gain, noise };
    });

    // E[x | z] of equally probable round Gaussians in the plane, of one width.
    const denoise = (means, std, z, l) => {
        const a = alpha(l), variance = a * a * std * std + sigma(l) ** 2;
        const logs = means.map((m) => -((z[0] - a * m[0]) ** 2 + (z[1] - a * m[1]) ** 2) / (2 * variance));
        const top = Math.max(...logs), shares = logs.map((v) => Math.exp(v - top)), sum = shares.reduce((p, q) => p + q);
        return [0, 1].map((i) => means.reduce((total, m, k) => total + shares[k] / sum * (m[i] + a * std * std / variance * (z[i] - a * m[i])), 0));
    };

    const ring = Array.from({ length: 8 }, (_, k) => [1.3 * Math.cos(Math.PI * k / 4), 1.3 * Math.sin(Math.PI * k / 4)]);

    // Standard normal numbers that are the same on every visit (mulberry32; Box and Muller).
    const normals = (seed) => {
        let state = seed >>> 0;
        const uniform = () => {
            state = (state + 0x6D2B79F5) >>> 0;
            let r = Math.imul(state ^ (state >>> 15), state | 1);
            r ^= r + Math.imul(r ^ (r >>> 7), r | 61);
            return (((r ^ (r >>> 14)) >>> 0) + 0.5) / 4294967296;
        };
        return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    };

    // The root mean square distance of points from the nearest cloud's centre, in each axis.
    const spread = (points) => Math.sqrt(points.reduce((sum, p) => sum + Math.min(...ring.map((m) => (p[0] - m[0]) ** 2 + (p[1] - m[1]) ** 2)), 0) / points.length / 2);

    // The paths of points through a plan: [step][point], the noise first.
    const follow = (plan, count, seed, noise = normals(seed)) => {
        const path = [Array.from({ length: count }, () => [noise(), noise()])];
        for (const step of plan) {
            path.push(path[path.length - 1].map((z) => {
                const x = denoise(ring, 0.12, z, step.t);
                return [0, 1].map((i) => step.z * z[i] + step.x * x[i] + step.noise * (step.noise ? noise() : 0));
            }));
        }
        return path;
    };

    return { alpha, sigma, cosine, weightings, ancestral, denoise, ring, normals, spread, follow };
})();
if (typeof module !== "undefined") { module.exports = live; }
