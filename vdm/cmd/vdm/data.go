package main

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// dataFlag is a flag for data, whose values are paths: of a folder of files the files.
type dataFlag []string

// addData adds a flag for data to a command; more is added to its help.
func addData(f *pflag.FlagSet, paths *[]string, name, more string) {
	f.Var((*dataFlag)(paths), name, "NetCDF `file`, or a folder of files (may be repeated: joined in time), or the folder of prepared data"+more)
}

// Set adds what a path names.
func (d *dataFlag) Set(path string) error {
	*d = append(*d, cf.Expand(path)...)
	return nil
}

func (d *dataFlag) String() string { return strings.Join(*d, ", ") }

// Type is what cobra calls the value in help.
func (d *dataFlag) Type() string { return "stringArray" }

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
