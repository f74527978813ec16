// Command verify measures the speed of verification, beside scoringrules, xskillscore
// and pysteps on the same forecasts: it writes artificial forecasts, scores all of them
// from their files in a stream, as vdm verify does, and some of them in memory score by
// score, in all programs. It prints seconds of processors, since others may use the
// machine, the largest memory, and the differences of the scores.
//
//	python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numba scoringrules xskillscore pysteps==1.21.5 opencv-python-headless scikit-image pandas netCDF4
//	go run ./vdm/bench/verify -python /tmp/peers/bin/python
//
// Without -python, or where it lacks the packages, only our own part runs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"time"
)

func main() {
	var o options
	flag.IntVar(&o.forecasts, "n", 1000, "forecasts to verify from files")
	flag.IntVar(&o.members, "members", 10, "members of each")
	flag.IntVar(&o.leads, "leads", 6, "frames ahead of each")
	flag.IntVar(&o.size, "size", 128, "cells a side")
	flag.IntVar(&o.beside, "beside", 10, "of these, score so many in memory, here and by the others")
	flag.StringVar(&o.python, "python", "", "python that has scoringrules, xskillscore and pysteps")
	flag.StringVar(&o.folder, "folder", "", "where to keep the forecasts; a temporary folder if not given")
	profile := flag.String("profile", "", "a file for the profile of the processor, for go tool pprof")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "verify:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.folder == "" {
		dir, err := os.MkdirTemp("", "bench-verify-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.folder = dir
	}
	began := time.Now()
	m := made{o}
	if err := m.write(ctx); err != nil {
		return err
	}
	fmt.Printf("%d forecasts of %d members, %d leads, %d × %d cells, made in %.0f s; %d processors\n\n", o.forecasts, o.members, o.leads, o.size, o.size, time.Since(began).Seconds(), runtime.GOMAXPROCS(0))
	theirs, err := o.peers(ctx)
	if err != nil {
		fmt.Printf("without others: %v\n\n", err)
	}
	ours, err := m.inMemory(ctx)
	if err != nil {
		return err
	}
	table(o, ours, theirs)
	return m.stream(ctx, theirs)
}
