// Command learnt fits the learnt transform of package study/learnt in all its forms on
// synthetic rain with known statistics and prints what each makes of rain:
//
//	go run ./vdm/bench/learnt [-steps 4000] [-side 8] [-form corrected] [-out learnt.json]
//
// With -out the form is fitted alone and written to a file that `vdm train --transform
// @learnt.json` reads; with -unit-variance a step follows that scales it to unit variance
// on the data of the run.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/study/learnt"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

type options struct {
	steps, side, hours int
	batch              int
	rate               float64
	form, out          string
	unitVariance       bool
}

func main() {
	var o options
	flag.IntVar(&o.steps, "steps", 4000, "steps of each fit")
	flag.IntVar(&o.batch, "batch", 16, "clips of a step")
	flag.Float64Var(&o.rate, "rate", 3e-3, "learning rate")
	flag.IntVar(&o.side, "side", 8, "rows and columns of a clip")
	flag.IntVar(&o.hours, "hours", 720, "hours of synthetic rain")
	flag.StringVar(&o.form, "form", "corrected", "form that -out writes")
	flag.StringVar(&o.out, "out", "", "file for the transform, as JSON")
	flag.BoolVar(&o.unitVariance, "unit-variance", false, "let a standardise step follow")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := fit(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "learnt:", err)
		os.Exit(1)
	}
}

func fit(ctx context.Context, o options) error {
	data, err := clips(ctx, o)
	if err != nil {
		return err
	}
	be, _, err := backend.Open()
	if err != nil {
		return err
	}
	variants := learnt.Variants()
	if o.out != "" {
		i := slices.IndexFunc(variants, func(v learnt.Variant) bool { return v.Name == o.form })
		if i < 0 {
			return fmt.Errorf("-form is %q; want the name of a row of the table", o.form)
		}
		variants = variants[i : i+1]
	}
	var shapes []learnt.Shape
	for _, v := range variants {
		v.Steps, v.Batch, v.Rate = o.steps, o.batch, o.rate
		r, err := learnt.Fit(ctx, be, v.Options, data)
		if err != nil {
			return fmt.Errorf("%s: %w", v.Name, err)
		}
		shape, err := learnt.Measure(r.Spec)
		if err != nil {
			return err
		}
		shapes = append(shapes, shape)
		fmt.Fprintf(os.Stderr, "%s: loss %.4f at the first step, %.4f at the last\n", v.Name, r.Loss[0], r.Loss[len(r.Loss)-1])
		if o.out != "" {
			if o.unitVariance {
				r.Spec.Steps = append(r.Spec.Steps, transform.Step{Kind: transform.KindStandardise})
			}
			text, err := json.Marshal(r.Spec)
			if err == nil {
				err = checkpoint.WriteBytes(o.out, append(text, '\n'))
			}
			if err != nil {
				return err
			}
		}
	}
	fmt.Print(learnt.Table(variants, shapes).Text())
	return nil
}

// clips returns single frames of synthetic rain.
func clips(ctx context.Context, o options) (*vdm.Samples, error) {
	rain := climate.SyntheticRain{Seed: 1, Height: o.side, Width: o.side}
	s := vdm.NewSamples(o.hours, 1, o.side, o.side, 1)
	for from := 0; from < o.hours; from += climate.SyntheticBlock {
		err := rain.Block(ctx, from/climate.SyntheticBlock, min(o.hours, from+climate.SyntheticBlock), func(hour int, frame []float32) error {
			copy(s.At(hour), frame)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}
