// Command scaling runs the study of package study/scaling: the same network on rain with
// each of the dissertation's transforms, scaled by the extremes and to unit variance:
//
//	go run ./vdm/bench/scaling [-out FOLDER] [-results FILE] [-only REGEXP]
//
// Each of its settings takes several minutes of a processor core. What is done is not
// repeated, and an interrupted training continues where it was.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/scaling"
)

func main() {
	o := scaling.Options{Log: report.Terminal{}}
	flag.StringVar(&o.Out, "out", report.RunFolder("VDM_SCALING", "scaling"), "folder of the data and the trainings")
	results := flag.String("results", filepath.Join(report.Root(), "vdm/study/scaling/results.json"), "file that the results go to")
	only := flag.String("only", "", "regular expression: run only the settings whose descriptions match")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := study(ctx, o, *results, *only); err != nil {
		fmt.Fprintln(os.Stderr, "scaling:", err)
		os.Exit(1)
	}
}

func study(ctx context.Context, o scaling.Options, results, only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	settings := slices.DeleteFunc(scaling.Settings(), func(s scaling.Setting) bool { return !wanted.MatchString(s.String()) })
	if len(settings) == 0 {
		return fmt.Errorf("-only %q matches none of the settings", only)
	}
	return scaling.RunAll(ctx, o, settings, results)
}
