// Command optimisers trains the first model (package firstmodel) under settings of the
// optimiser, each for the same number of clips, and writes the share of the baseline's
// time that each needs to reach the baseline's held-out loss:
//
//	go run ./vdm/bench/optimisers
//
// Each setting trains in a run folder of its own below -out. What was trained is not
// trained again, and an interrupted training continues where it was. The baseline trains in
// the same folder, on the same machine. With -only REGEXP the program trains just the
// settings whose names match, and the baseline.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

func main() {
	o := options{}
	flag.StringVar(&o.out, "out", report.RunFolder("VDM_OPTIMISERS", "optimisers"), "folder of the trainings")
	flag.StringVar(&o.table, "table", filepath.Join(report.Root(), "vdm/bench/optimisers/RESULTS.md"), "table that the results go to")
	flag.IntVar(&o.clips, "clips", 600, "clips that each setting trains on")
	flag.IntVar(&o.frames, "frames", 10, "frames of a clip")
	flag.IntVar(&o.side, "side", 32, "rows and columns of a clip")
	only := flag.String("only", "", "regular expression: train only the settings whose names match, and the baseline")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if o.only, err = regexp.Compile(*only); err == nil {
		err = compare(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "optimisers:", err)
		os.Exit(1)
	}
}

// compare trains the settings that are not trained yet, and adds their rows to the
// table.
func compare(ctx context.Context, o options) error {
	data, err := readClips(o)
	if err != nil {
		return err
	}
	base, err := data.trained(ctx, o, settings[0])
	if err != nil {
		return err
	}
	for _, s := range settings {
		if s.name != settings[0].name && !o.only.MatchString(s.name) {
			continue
		}
		one, err := data.trained(ctx, o, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		row := one.against(base)
		fmt.Println(row)
		if err := addRow(o.table, row); err != nil {
			return err
		}
	}
	return nil
}
