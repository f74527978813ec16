package main

import (
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// record returns how data are opened by the flags.
func (r *readFlags) record() climate.RecordOptions {
	return climate.RecordOptions{
		Variables: r.variables, Name: flagOf, Scratch: r.scratch,
		Read: func(paths, variables []string) ([]*climate.Field, error) {
			of := *r
			of.variables = variables
			return of.readFiles(paths)
		},
	}
}

// open returns the record of data; the caller closes it.
func (r *readFlags) open(paths []string) (*climate.Record, error) {
	return climate.OpenRecord(paths, r.record())
}

// openAs returns the record of data for the channels of a run; the caller closes it.
func (r *readFlags) openAs(paths []string, channels []run.ChannelConfig) (*climate.Record, error) {
	var names []climate.Channel
	for _, ch := range channels {
		names = append(names, climate.Channel{Name: ch.Name, Units: ch.Units})
	}
	return climate.OpenRecordAs(paths, names, r.record())
}
