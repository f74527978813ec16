// Read by Jupyter's notebook page, where lab.sh puts it. The kernel's own words
// for a cell that was stopped, "signal: interrupt", do not tell a reader what to
// do; this sentence does. It stands below them, and is not saved with the notebook.
define(["base/js/events"], function (events) {
    "use strict";
    events.on("output_added.OutputArea", function (_, added) {
        var output = added.output;
        if (output.output_type !== "error") { return; }
        var said = [output.evalue].concat(output.traceback || []).join("\n");
        if (/signal: (interrupt|killed)/.test(said)) {
            added.output_area.append_stream({
                output_type: "stream",
                name: "stderr",
                text: "This cell was stopped before its end: run it again to start it anew; what it had written to a run folder is kept.\n"
            });
        }
    });
});
