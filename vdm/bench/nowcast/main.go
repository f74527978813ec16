// Command nowcast compares the ensemble of forecast.STEPS with the ensemble of pysteps,
// on radar rain: the same known frames, members, leads and threads, in turn. For each
// event it prints scores by lead, the spread of the ensembles, the dry share, power by
// wavelength, time and memory, and the difference of the CRPS with its interval.
//
//	python3 -m venv /tmp/pysteps && /tmp/pysteps/bin/pip install pysteps==1.21.5 opencv-python-headless
//	go run ./vdm/bench/nowcast -python /tmp/pysteps/bin/python -fill -0.1 fmi.nc,5,4,2 knmi.nc,5,2 brisbane.nc,10,2,4
//
// Each argument is a NetCDF file of rain, the minutes between its frames, the side in km
// of the forecast cells, and how many of the file's cells become one of them along each
// side.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
)

func main() {
	var o options
	serve := flag.Bool("serve", false, "answer orders on stdin with STEPS of this project, as pysteps_peer.py does with pysteps'; the comparison starts itself with this")
	flag.StringVar(&o.python, "python", "python3", "interpreter with pysteps")
	flag.StringVar(&o.script, "peer", "vdm/bench/nowcast/pysteps_peer.py", "the program that runs pysteps")
	flag.StringVar(&o.work, "work", "", "a folder to keep forecasts in; those of pysteps that lie there are not made again. Empty is a temporary one")
	starts := flag.String("starts", "11", "starts of each event, spread evenly over it: a number, or one for each event with commas between")
	flag.IntVar(&o.known, "known", 3, "known frames before each start")
	flag.Float64Var(&o.hour, "minutes", 60, "minutes to forecast")
	flag.IntVar(&o.members, "members", 12, "members of each ensemble")
	flag.IntVar(&o.threads, "threads", 1, "threads of each program")
	flag.Float64Var(&o.wet, "wet", 0.03, "mean rate in mm/h that the last known frame of a start must have")
	fill := flag.Float64("fill", math.NaN(), "a value that means missing though the files do not declare it, in their units (Brisbane's has -0.1)")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the first start")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *serve:
		err = answerOrders(ctx, os.Stdin, os.Stdout)
	case flag.NArg() == 0:
		err = fmt.Errorf("no event: want arguments FILE,MINUTES,KILOMETRES[,COARSEN], such as fmi.nc,5,2 brisbane.nc,10,2,4")
	default:
		err = compare(ctx, o, *starts, *fill, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "nowcast:", err)
		os.Exit(1)
	}
}

// compare runs both programs over all events and prints the comparison.
func compare(ctx context.Context, o options, starts string, fill float64, arguments []string) error {
	counts, err := startCounts(starts, len(arguments))
	if err != nil {
		return err
	}
	var events []*event
	for _, a := range arguments {
		e, err := readEvent(a, fill)
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	if o.work == "" {
		var err error
		if o.work, err = os.MkdirTemp("", "nowcast"); err != nil {
			return err
		}
		defer os.RemoveAll(o.work)
	} else if err := os.MkdirAll(o.work, 0o755); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ours, err := startProgram(ctx, o.threads, self, "-serve")
	if err != nil {
		return err
	}
	defer ours.Stop()
	theirs, err := startProgram(ctx, o.threads, o.python, o.script, "--threads", fmt.Sprint(o.threads))
	if err != nil {
		return fmt.Errorf("pysteps: %w", err)
	}
	defer theirs.Stop()
	fmt.Printf("%s and %s; %d known frames, %d members, threads: %d, %g minutes ahead\n",
		ours.name, theirs.name, o.known, o.members, o.threads, o.hour)
	var all []*result
	for i, e := range events {
		o.starts = counts[i]
		r, err := o.run(ctx, e, ours, theirs)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		tables, err := r.tables()
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		fmt.Println("\n" + tables)
		all = append(all, r)
	}
	fmt.Println("\n" + summarise(all))
	return nil
}

// startCounts returns the numbers of starts of a number of events.
func startCounts(text string, events int) ([]int, error) {
	words := strings.Split(text, ",")
	if len(words) == 1 {
		words = slices.Repeat(words, events)
	}
	if len(words) != events {
		return nil, fmt.Errorf("-starts %q: %d numbers for %d events, want one or as many as events", text, len(words), events)
	}
	var counts []int
	for _, word := range words {
		n, err := strconv.Atoi(word)
		if err != nil || n < 2 {
			return nil, fmt.Errorf("-starts %q: %q is not a whole number from 2 on", text, word)
		}
		counts = append(counts, n)
	}
	return counts, nil
}
