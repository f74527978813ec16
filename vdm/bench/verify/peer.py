"""The scores of forecasts by scoringrules, xskillscore and pysteps: each score as its
package has it, plain and fair where it has both. Prints seconds of processors and values as JSON."""
import json, os, sys, time, warnings

warnings.filterwarnings("ignore")
out = sys.stdout
sys.stdout = sys.stderr  # pysteps greets on import
import netCDF4
import numpy as np
import scoringrules as sr
import xarray as xr
import xskillscore as xs
from pysteps.utils.spectral import rapsd
from pysteps.verification import detcatscores, ensscores, probscores, spatialscores
from pysteps.verification.salscores import sal

truth_path, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
T, WINDOW, LEVELS = 1.0, 5, [0.1, 0.5, 0.9]


def members_first(v):
    order = [d for d in v.dimensions if d not in ("time", "y", "x")] + ["time", "y", "x"]
    return np.moveaxis(np.ma.filled(v[:], np.nan), [v.dimensions.index(d) for d in order], range(4))


began = time.process_time()
d = netCDF4.Dataset(truth_path)
times, record = d["time"][:].data, members_first(d["rain"])[0]
cases = []
for name in sorted(os.listdir(folder))[:count]:
    f = netCDF4.Dataset(os.path.join(folder, name))
    at = np.searchsorted(times, f["time"][1:].data - 1e-6)
    cases.append((members_first(f["rain"])[:, 1:], record[at]))
    f.close()
read = time.process_time() - began

# Each case by itself, as a stream of forecasts is scored; the mean over cases.
seconds, values = {}, {}


def score(name, f, keys, warm=True):
    if warm:
        f(cases[0])  # compiling is not counted
    began = time.process_time()
    each = np.array([f(c) for c in cases], dtype=float)
    seconds[name] = time.process_time() - began
    for k, key in enumerate(keys):
        values[key] = float(np.nanmean(each[:, k]))


score("crps", lambda c: [sr.crps_ensemble(c[1], c[0], m_axis=0, estimator=e).mean() for e in ("qd", "pwm")], ["crps", "crps_fair"])
score("twcrps", lambda c: [sr.twcrps_ensemble(c[1], c[0], a=T, m_axis=0, estimator=e).mean() for e in ("qd", "pwm")], ["twcrps", "twcrps_fair"])


def energy(c):
    m, leads = c[0].shape[:2]
    f, o = np.ascontiguousarray(c[0].reshape(m, leads, -1)), c[1].reshape(leads, -1)
    return [sr.es_ensemble(o, f, m_axis=0, v_axis=-1, estimator=e).mean() for e in ("nrg", "fair")]


score("energy", energy, ["energy", "energy_fair"])
score("quantile", lambda c: [sr.quantile_score(c[1], q, t).mean() for q, t in zip(np.quantile(c[0], LEVELS, axis=0), LEVELS)], ["quantile_10", "quantile_50", "quantile_90"])
score("interval", lambda c: [sr.interval_score(c[1], *np.quantile(c[0], [0.05, 0.95], axis=0), 0.1).mean()], ["interval"])
score("spread", lambda c: [xs.rmse(xr.DataArray(c[0].mean(axis=0), dims=list("lyx")), xr.DataArray(c[1], dims=list("lyx"))).item(), np.sqrt(c[0].var(axis=0, ddof=1).mean())], [])


def ranks(c):
    h = ensscores.rankhist_init(c[0].shape[0], X_min=None)
    for lead in range(c[1].shape[0]):
        ensscores.rankhist_accum(h, c[0][:, lead], c[1][lead])
    return [0]


score("ranks", ranks, [])
score("power", lambda c: [sum(rapsd(x, fft_method=np.fft).sum() for m in c[0] for x in m) + sum(rapsd(x, fft_method=np.fft).sum() for x in c[1])], [])


def fss(c):
    h = spatialscores.fss_init(T, WINDOW)
    for m in c[0]:
        for x, o in zip(m, c[1]):
            spatialscores.fss_accum(h, x, o)
    return [spatialscores.fss_compute(h)]


score("fss", fss, [])
tables = detcatscores.det_cat_fct_init(T)


def contingency(c):
    for m in c[0]:
        detcatscores.det_cat_fct_accum(tables, m, c[1])
    return [0]


score("contingency", contingency, [], warm=False)
values |= {k.lower(): float(v) for k, v in detcatscores.det_cat_fct_compute(tables, ["CSI", "ETS", "POD", "FAR"]).items()}
diagram = probscores.reldiag_init(T, n_bins=11)


def brier(c):
    p = (c[0] >= T).mean(axis=0)
    for x, o in zip(p, c[1]):
        probscores.reldiag_accum(diagram, x, o)
    dims = dict(dims=list("lyx"))
    return [xs.brier_score(xr.DataArray(c[1] >= T, **dims), xr.DataArray(p, **dims)).item()]


score("brier", brier, ["brier"])


def roc(c):
    h = probscores.ROC_curve_init(T, n_prob_thrs=11)
    p = (c[0] >= T).mean(axis=0)
    for x, o in zip(p, c[1]):
        probscores.ROC_curve_accum(h, x, o)
    return [probscores.ROC_curve_compute(h, compute_area=True)[2]]


score("roc", roc, [])
score("sal", lambda c: np.nanmean([sal(x, o) for m in c[0] for x, o in zip(m, c[1])], axis=0), [])
json.dump({"Seconds": seconds, "Values": values, "Read": read}, out)
