#!/usr/bin/python3
"""Run notebooks headless, in place, and export them as HTML.

    run_notebooks.py [--limit SECONDS] [--html FOLDER] [--no-run] NOTEBOOK...

Each notebook runs in its own folder with the kernel that setup.sh wrote below
build/jupyter. A line is printed for each cell. At the first cell that fails, or
that takes longer than the limit, the notebook, the cell and all that the cell
printed are shown (a Go program's panic is only in its error stream), the file
is left as it was, and the next notebook's turn comes; the exit status is then 1.

A notebook with "interactive": true in its metadata waits for a reader: it is
exported but not run. With VDM_QUICK set, which cells see too, notebooks are
tried out with fewer draws, in a folder below build: they and their figures are
left as they were.

This is Python because Jupyter's own client is: nbconvert's command, run from
outside, forgets what a failed cell printed. It needs Debian's python3-nbconvert
and what comes with it, nothing else.
"""
import argparse
import os
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
JUPYTER = ROOT / "build" / "jupyter"

# Jupyter keeps all its files in the project; these are read when it is imported.
os.environ.update(
    JUPYTER_PATH=str(JUPYTER),
    JUPYTER_DATA_DIR=str(JUPYTER / "data"),
    JUPYTER_CONFIG_DIR=str(JUPYTER / "config"),
    JUPYTER_RUNTIME_DIR=str(JUPYTER / "runtime"),
    IPYTHONDIR=str(JUPYTER / "ipython"),
    PATH=f"{ROOT / 'build' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
)

import nbclient  # noqa: E402
import nbformat  # noqa: E402
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError  # noqa: E402

sys.dont_write_bytecode = True  # no __pycache__ in the checkout
import web  # noqa: E402


def printed(cell):
    """All that a cell printed or raised, as text."""
    parts = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
        else:
            parts.append(f"[{', '.join(output.get('data', {}))}]")
    text = "\n".join(part.rstrip("\n") for part in parts)
    return re.sub(r"\x1b\[[0-9;]*m", "", text)  # colours


def joined(outputs):
    """The outputs with neighbouring pieces of one stream as one: how a kernel
    cuts what a cell prints differs from run to run."""
    result = []
    for output in outputs:
        last = result[-1] if result else None
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def run(path, limit):
    """Run one notebook in place; returns whether every cell succeeded."""
    book = nbformat.read(path, as_version=4)
    if book.metadata.get("interactive"):
        print(f"{path}: interactive, not run", flush=True)
        return True
    code = [i for i, cell in enumerate(book.cells) if cell.cell_type == "code" and cell.source.strip()]
    for i in code:
        book.cells[i].outputs = []
    quick = bool(os.environ.get("VDM_QUICK"))
    folder = ROOT / "build" / "tmp" / "quick" if quick else path.parent
    folder.mkdir(parents=True, exist_ok=True)
    current = {"cell": None, "start": time.monotonic()}

    def started(cell, cell_index):
        current.update(cell=cell_index, start=time.monotonic())

    def executed(cell, cell_index, execute_reply):
        if execute_reply["content"]["status"] != "ok":
            return
        took = time.monotonic() - current["start"]
        print(f"{path}: cell {code.index(cell_index) + 1} of {len(code)}: {took:.1f} s", flush=True)

    client = nbclient.NotebookClient(
        book,
        timeout=limit,
        kernel_name="gonb",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,  # times would make a difference of every run
        on_cell_execute=started,
        on_cell_executed=executed,
    )
    begin = time.monotonic()
    try:
        with open(JUPYTER / "gonb.log", "w") as log:  # the kernel's own chatter
            client.execute(stderr=log)
    except (AssertionError, AttributeError) as error:
        if client.km is None:  # on Control-C nbclient ends the kernel, and stumbles as it ends it again
            raise KeyboardInterrupt from error
        raise
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        why = {
            CellTimeoutError: f"took longer than {limit} s",
            DeadKernelError: "ended the kernel",
        }.get(type(error), "failed")
        index = current["cell"]
        if index is None:
            print(f"{path}: the kernel did not start; see {JUPYTER / 'gonb.log'}", file=sys.stderr)
            return False
        cell = book.cells[index]
        print(f"\n{path}: cell {code.index(index) + 1} of {len(code)} {why}", file=sys.stderr)
        for title, text in ("the cell", cell.source), ("what it printed", printed(cell)):
            print(f"--- {title}:\n{text or '(nothing)'}", file=sys.stderr)
        return False
    for i in code:
        book.cells[i].outputs = joined(book.cells[i].outputs)
    if not quick:
        part = path.with_suffix(".ipynb.part")
        nbformat.write(book, part)
        part.replace(path)
    print(f"{path}: {len(code)} cells in {time.monotonic() - begin:.1f} s", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=600, help="seconds a cell may take (600)")
    parser.add_argument("--html", type=pathlib.Path, help="export each notebook into this folder")
    parser.add_argument("--no-run", action="store_true", help="export only")
    parser.add_argument("notebook", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    if not args.no_run and not (JUPYTER / "kernels" / "gonb" / "kernel.json").exists():
        parser.exit(1, "the notebook kernel is not installed: run notebooks/tools/setup.sh run\n")
    for path in args.notebook:
        if not path.is_file():
            parser.exit(1, f"{path}: no such notebook\n")
    books = [path.resolve() for path in args.notebook]
    failed = [path for path in books if not args.no_run and not run(path, args.limit)]
    if args.html:
        write_pages([path for path in books if path not in failed], args.html)
    if failed:
        names = ", ".join(path.name for path in failed)
        sys.exit(f"\n{len(failed)} of {len(books)} notebooks failed: {names}")


def write_pages(paths, folder):
    """Export the notebooks, and list them with all others that have a page there."""
    if not paths:
        return
    try:
        for page in web.write(paths, folder):
            print(f"{page}: {page.stat().st_size / 1e6:.1f} MB", flush=True)
    except web.Missing as error:
        sys.exit(str(error))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nstopped: the notebook that was running is as it was; run the same command again to start it anew")
