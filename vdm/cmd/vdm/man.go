package main

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/verification"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:     "man FOLDER",
		Short:   "Write the manual pages of all commands",
		GroupID: groupCheck,
		Long: `man writes a page of the manual for vdm and for each of its commands, made of what
--help says, to a folder, which is made where it is not there. In a folder man1 below
one of MANPATH, "man vdm-train" then shows them.`,
		Example: `  vdm man ~/.local/share/man/man1`,
		Args:    takes("FOLDER"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := c.Root()
			root.DisableAutoGenTag = true // the same program writes the same pages
			header := &doc.GenManHeader{Section: "1", Source: "climate-vdm " + version(), Manual: "climate-vdm"}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return err
			}
			return emit(c, filepath.Join(args[0], "vdm.1")+"\n")
		},
	}
}

// completeWords lets a shell complete the values of flags that name one of a list, in every
// command.
func completeWords(root *cobra.Command) {
	lists := map[string][]string{
		"sampler": vdm.SamplerNames(), "grid": vdm.GridNames(), "guidance": vdm.GuidanceNames(), "preset": run.PresetNames(),
		"kind": {"rain", "other", "auto"}, "missing": {"skip", "mask"}, "repeated": {"first", "last"}, "split": {"seasons", "none"}, "totals": {"start", "day", "none"},
		"calendar": {climate.Standard, climate.ProlepticGregorian, climate.Julian, climate.NoLeap, climate.AllLeap, climate.ThreeSixtyDay},
		"by":       verification.Groupings(), "score": report.ScoreNames(), "explain": slices.Concat(report.ScoreNames(), report.IndexNames(), []string{"all"}),
	}
	files := map[string][]string{"picture": {"png", "svg", "pdf", "apng"}, "config": {"yaml"}, "of": {"nc", "zarr"}, "with": {"nc", "zarr"}}
	for _, c := range root.Commands() {
		completeWords(c)
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if words, listed := lists[f.Name]; listed {
				_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that is not there, or twice
			}
			if endings, named := files[f.Name]; named {
				_ = c.MarkFlagFilename(f.Name, endings...)
			}
			if f.Name == "rival" { // a name, or files
				_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(append(forecast.Names(), "none"), cobra.ShellCompDirectiveDefault))
			}
		})
	}
}
