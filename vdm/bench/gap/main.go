// Command gap measures how far a trained network is from the exact conditional
// distribution where that is known: nowcasts of Gaussian video, by the map of noise
// levels and by every guidance on the same weights.
//
//	go run ./vdm/bench/gap -out runs/gap
//
// Clips are those of chapter 21: variance 1, a correlation that falls as exp(−d/3) with
// the distance along each axis, 10 frames of 16 × 16 values. The network is the one of
// the other benchmarks (dim 16, multiples 1 and 2). Training continues from the newest
// snapshot.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

func main() {
	o := defaults
	flag.StringVar(&o.out, "out", "runs/gap", "`folder` of the run")
	flag.IntVar(&o.steps, "steps", o.steps, "optimiser `steps` to train up to")
	flag.IntVar(&o.clips, "clips", o.clips, "clips that are continued")
	flag.IntVar(&o.members, "members", o.members, "members drawn for each clip")
	flag.IntVar(&o.evaluations, "evaluations", o.evaluations, "evaluations of the network for each member")
	methods := flag.String("methods", strings.Join(vdm.GuidanceNames(), ","), "`names` of guidances, in this order")
	flag.StringVar(&o.optimiser, "optimiser", "", "`name` of the optimiser (default adam)")
	flag.Float64Var(&o.rate, "rate", o.rate, "highest learning `rate`")
	flag.Parse()
	o.methods = strings.Split(*methods, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "gap:", err)
		os.Exit(1)
	}
}

// measure trains the network, and prints a row for each guidance as it is done.
func measure(ctx context.Context, o options) error {
	bar := report.Terminal{Out: os.Stderr}.Bar
	m, p, err := trained(ctx, o, bar("training"))
	if err != nil {
		return err
	}
	truths, err := o.truths(p)
	if err != nil {
		return err
	}
	fmt.Printf("%d steps; %d clips, %d members, %d evaluations; %d of %d frames known\n", m.Step(), o.clips, o.members, o.evaluations, o.known, o.frames)
	fmt.Println("| method | error of the mean | largest by lead | variance over the exact one | by lead | seconds |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, name := range o.methods {
		g, err := o.measure(ctx, m, truths, name, bar(name))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Println(g.row(name))
	}
	return nil
}
