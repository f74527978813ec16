"""STEPS of pysteps on demand, as the peer of vdm/bench/nowcast.

For each line on stdin, a JSON object, one JSON line is written to stdout:

  {"what": "info"}      version of pysteps
  {"what": "forecast", "input": FILE, "output": FILE, "known": 3, "height": H, "width": W, "leads": L,
   "members": M, "kilometres": 2.0, "minutes": 5.0, "seed": 1}

input is float32 [known, H, W] in mm/h with NaN where a cell is missing; output will be
float32 [M, L, H, W], NaN where pysteps says nothing. The answer has the seconds on the wall and on
the processor that the motion and the forecast took, without reading and writing, and the peak memory.

The settings are those of pysteps' own example (examples/plot_steps_nowcast.py) and otherwise its
defaults: dB with a threshold of 0.1 mm/h and -15 where it is dry, Lucas-Kanade on the known frames, six
cascade levels, AR(2), non-parametric noise, velocity errors of Bowler et al. (2006), the incremental
mask, and matching of the distribution. Missing cells stay NaN, which pysteps honours: it has them outside
of its domain.
"""

import argparse
import contextlib
import importlib.metadata
import json
import os
import resource
import sys
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_args().threads
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # pysteps asks for it: its own workers are the threads
    answers = sys.stdout
    sys.stdout = sys.stderr
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        import cv2

        cv2.setNumThreads(threads)
        for line in sys.stdin:
            order = json.loads(line)
            try:
                if order["what"] == "info":
                    answer = {"name": "pysteps " + importlib.metadata.version("pysteps")}
                else:
                    answer = forecast(order, threads)
            except Exception as err:  # goes to the caller, which says so
                answer = {"error": f"{type(err).__name__}: {err}"}
            print(json.dumps(answer), file=answers, flush=True)


def forecast(order, threads):
    import numpy as np
    from pysteps import motion, nowcasts
    from pysteps.utils import transformation

    shape = (order["known"], order["height"], order["width"])
    rain = np.fromfile(order["input"], dtype="<f4").reshape(shape).astype(np.float64)
    steps = nowcasts.get_method("steps")
    lucas_kanade = motion.get_method("LK")
    wall, processor = time.perf_counter(), time.process_time()
    db, _ = transformation.dB_transform(rain, threshold=0.1, zerovalue=-15.0)
    velocity = lucas_kanade(db)
    members = steps(
        db[-3:],
        velocity,
        order["leads"],
        n_ens_members=order["members"],
        n_cascade_levels=6,
        precip_thr=-10.0,
        kmperpixel=order["kilometres"],
        timestep=order["minutes"],
        noise_method="nonparametric",
        vel_pert_method="bps",
        mask_method="incremental",
        probmatching_method="cdf",
        seed=order["seed"],
        num_workers=threads,
    )
    members, _ = transformation.dB_transform(members, threshold=-10.0, inverse=True)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    members.astype("<f4").tofile(order["output"])
    return {
        "seconds": wall,
        "processor": processor,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,  # kilobytes on Linux
    }


if __name__ == "__main__":
    main()
