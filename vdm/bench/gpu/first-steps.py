"""Losses of the first training steps beside those of another engine.

first-steps.py METRICS.jsonl [OTHERS.tsv]
"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    ours = {r["step"]: r["loss"] for r in map(json.loads, f) if r.get("loss") is not None}
if not ours:
    sys.exit(f"{sys.argv[1]} holds no losses")
others = {}
if len(sys.argv) > 2:
    with open(sys.argv[2], encoding="utf-8") as f:
        others = {int(step): float(loss) for step, loss in (line.split() for line in f if not line.startswith("#"))}
    if others.keys() != ours.keys():
        sys.exit(f"{sys.argv[1]} holds the steps {sorted(ours)}, {sys.argv[2]} {sorted(others)}")
for step, loss in ours.items():
    print(step, f"{loss:.7f}", *([f"{others[step]:.7f}", f"{loss / others[step] - 1:+.1e}"] if others else []))
if others:
    worst = max(abs(ours[k] / others[k] - 1) for k in ours)
    print(f"first steps: the losses differ from the CPU's by {worst:.1e} at most (aim: 1e-3)")
else:
    print("first steps: no losses of another engine at these sizes")
