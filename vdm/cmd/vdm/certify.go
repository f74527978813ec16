package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/certify"
)

func newCertify() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "certify",
		Short:   "Compare every way to sample with exact distributions, on this machine",
		GroupID: groupCheck,
		Long: `certify compares samplers, the map of noise levels and every guidance with
distributions that are known: clips of a Gaussian process given frames, gauges and
means, and showers with dry hours and a heavy tail. It uses the engine that doctor
names, takes some minutes, and prints a row for each comparison. Most rows show what
a method does that is known to be biased, or what few evaluations cost; some make a
claim, and the command fails where one does not hold.

--out writes the table with the machine, the engine, the versions and the seeds, to be
kept beside results or cited.`,
		Example: `  vdm certify
  vdm certify --out certificate.txt`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			be, choice, err := backend.Open()
			if err != nil {
				return err
			}
			say(c, "%s", choice)
			made, err := certify.Run(c.Context(), be, certify.Options{Version: version(), Engine: choice.Provenance(), Log: report.Terminal{Out: c.ErrOrStderr()}})
			if err != nil {
				return err
			}
			text := made.Table().Text() + "\n" + made.Verdict() + "\n"
			if err := emit(c, text); err != nil {
				return err
			}
			if out != "" {
				content := []byte(text)
				if strings.HasSuffix(out, ".json") {
					if content, err = json.MarshalIndent(made, "", "\t"); err != nil {
						return err
					}
				}
				if err := checkpoint.WriteBytes(out, content); err != nil {
					return err
				}
				say(c, "%s", out)
			}
			if _, failed := made.Failed(); failed > 0 {
				complain(c, fmt.Errorf("certify: %s", made.Verdict()))
				return errTold
			}
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "`file` for the table, or for all figures where it ends in .json")
	return c
}
