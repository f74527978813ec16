package climate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// ErrNoVariable is wrapped by every error that reports a variable the data lack.
var ErrNoVariable = errors.New("there is no variable")

// ErrManyVariables is wrapped by every error that asks which of several variables is
// wanted.
var ErrManyVariables = errors.New("choose one")

// RecordOptions says which variables of data are read, and how.
type RecordOptions struct {
	// Variables are the names of the variables, which become the fields in their order;
	// none means all of prepared data, and the only one of files.
	Variables []string
	// Read reads the variables of files and joins them in time. nil means [Open] of the
	// one given file.
	Read func(paths, variables []string) ([]*Field, error)
	// Scratch is where Read puts the values, which the record then closes and, by
	// [Record.Release], releases. nil means the program's own memory.
	Scratch *Scratch
	// Name returns the name of an option in messages: of "Data" and "Variables". nil
	// means the names in this struct.
	Name func(option string) string
}

func (o *RecordOptions) called(option string) string {
	if o.Name != nil {
		return o.Name(option)
	}
	return option
}

// OpenRecord opens one folder of prepared data, or one or more files, which are joined
// in time. The caller closes it.
func OpenRecord(paths []string, o RecordOptions) (*Record, error) {
	if len(paths) == 0 {
		return nil, fmt.Errorf("no data: give %s FILE.nc, or the folder of prepared data", o.called("Data"))
	}
	folders := 0
	for _, p := range paths {
		if !IsPrepared(p) {
			if f, _, _ := formatOf(p); f != nil {
				continue // a file, or a folder or an address that is read as one
			}
		}
		info, err := os.Stat(p)
		if err != nil {
			if other := Unread(p); other != nil {
				err = other
			}
			return nil, fmt.Errorf("data: %w", err)
		}
		if info.IsDir() && !IsPrepared(p) {
			return nil, fmt.Errorf("data: %w, and no prepared data, which have a %s", Unread(p), manifestName)
		}
		if info.IsDir() {
			folders++
		}
	}
	switch {
	case folders == 1 && len(paths) == 1:
		return openPreparedRecord(paths[0], o.Variables)
	case folders > 0:
		return nil, fmt.Errorf("%s: a folder of prepared data stands alone, %d paths are given", o.called("Data"), len(paths))
	}
	return openFiles(paths, o)
}

func openPreparedRecord(dir string, variables []string) (*Record, error) {
	p, err := OpenPrepared(dir)
	if err != nil {
		return nil, err
	}
	r := &Record{
		Fields: slices.Clone(p.Fields()), Split: p.Split(), History: p.Recipe(), close: p.Close, release: p.Release,
		Sources: []Source{{Name: filepath.Base(dir), SHA256: p.SHA256()}},
	}
	if len(variables) == 0 {
		return r, nil
	}
	r.Fields = nil
	for _, name := range variables {
		i := slices.IndexFunc(p.Fields(), func(f *Field) bool { return f.Name == name })
		if i < 0 {
			return nil, errors.Join(fmt.Errorf("%s: %w %q; there are: %s", dir, ErrNoVariable, name, fieldNames(p.Fields())), p.Close())
		}
		r.Fields = append(r.Fields, p.Fields()[i])
	}
	return r, nil
}

func openFiles(paths []string, o RecordOptions) (*Record, error) {
	r := new(Record)
	if o.Scratch != nil {
		r.close, r.release = o.Scratch.Close, o.Scratch.Release
	}
	for _, path := range paths {
		source, err := sourceOf(path)
		if err != nil {
			return nil, err
		}
		r.Sources = append(r.Sources, source)
	}
	read := o.Read
	if read == nil {
		read = readAny
	}
	var err error
	if r.Fields, err = read(paths, o.Variables); err != nil {
		return nil, err
	}
	return r, nil
}

// readAny reads variables of one file in a linked format.
func readAny(paths, variables []string) (fields []*Field, err error) {
	if len(paths) > 1 {
		return nil, fmt.Errorf("%d files: a reader of their format joins them in time", len(paths))
	}
	if len(variables) == 0 {
		variables = []string{""}
	}
	for _, v := range variables {
		f, err := Open(paths[0], v)
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, checkChannels(fields)
}

// Channel is the name of a variable of a model, and its unit.
type Channel struct{ Name, Units string }

// OpenRecordAs opens data for a model: the variables of its channels, in their order and
// units, under the channels' names. If the data have other names, the options list them
// in the order of the channels; where the data have one variable and the model one
// channel, they belong together without a name.
func OpenRecordAs(paths []string, channels []Channel, o RecordOptions) (*Record, error) {
	hint, byChannel := "", len(o.Variables) == 0
	if byChannel {
		hint = fmt.Sprintf("; %s says what the data call a channel of the run", o.called("Variables"))
		for _, ch := range channels {
			o.Variables = append(o.Variables, ch.Name)
		}
	}
	if len(o.Variables) != len(channels) {
		return nil, fmt.Errorf("%s names %d variables, the run has %d channels", o.called("Variables"), len(o.Variables), len(channels))
	}
	r, err := OpenRecord(paths, o)
	if errors.Is(err, ErrNoVariable) {
		err = fmt.Errorf("%w%s", err, hint)
		if byChannel && len(channels) == 1 { // one channel and one variable leave no choice
			o.Variables = nil
			if only, other := OpenRecord(paths, o); other == nil {
				r, err = only, nil
			} else if !errors.Is(other, ErrManyVariables) {
				err = other // the one variable is the one, and this is what is wrong with it
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if err := r.rename(channels); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// rename gives the variables the names of channels and refuses other units than theirs.
func (r *Record) rename(channels []Channel) error {
	if len(r.Fields) != len(channels) {
		return fmt.Errorf("the data have %d variables, the run %d channels", len(r.Fields), len(channels))
	}
	for i, ch := range channels {
		f := *r.Fields[i]
		if f.Units != ch.Units {
			return fmt.Errorf("%s is in %s in the data, %s of the run or of the forecasts in %s", f.Name, f.Units, ch.Name, ch.Units)
		}
		f.Name = ch.Name
		r.Fields[i] = &f
	}
	return nil
}
