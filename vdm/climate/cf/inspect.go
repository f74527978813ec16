package cf

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Report describes the content of a file as far as training needs it.
type Report struct {
	Path       string
	Format     string // "NetCDF"
	Variables  []VariableReport
	Attributes map[string]string // global ones that are text

	Conventions []string // what conventions of archives the file follows or breaks, a sentence each
}

// VariableReport describes one data variable. Values are in Units: mm/h for rain that
// can be converted, else as in the file.
type VariableReport struct {
	Name, LongName, StandardName string
	Type                         string
	Dims                         []string
	Members                      string // dimension of the members of an ensemble, "" where there is none
	Shape                        []int
	FileUnits, Units             string
	Kind                         climate.Kind
	Calendar                     string
	Frames                       int
	From, To                     string   // first and last time
	Step                         float64  // hours; 0 for a single frame
	Longest                      int      // number of frames that follow one another without a gap
	Height, Width                int      // cells of a frame
	Gaps                         []string // times after which the record jumps
	Grid                         string   // in words
	Stats                        climate.Stats
	HasStats                     bool // whether values could be read
	Trainable                    bool
	Why                          string // why it cannot be used for training
	Command                      string // the command line that trains on it, printed if not empty
	Notes                        []string
}

// Inspect describes every data variable of a file: dimensions, calendar, times, units,
// values, missing and dry cells, and whether it can be used for training. It reads the
// values a block at a time and needs little memory.
func Inspect(path string) (*Report, error) { return InspectWith(path, ReadOptions{}) }

// InspectWith does what Inspect does, with options: Variable selects one variable, the
// others act as in Read.
func InspectWith(path string, opt ReadOptions) (*Report, error) { return InspectEach(path, opt, nil) }

// InspectEach does what InspectWith does, with options of their own for some variables.
func InspectEach(path string, opt ReadOptions, each map[string]ReadOptions) (*Report, error) {
	if err := opt.Validate(); err != nil {
		return nil, fmt.Errorf("inspecting %s: %w", path, err)
	}
	format, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	r := &Report{Path: path, Format: format.Name}
	if format.Check != nil {
		if r.Conventions, err = format.Check(path); err != nil {
			return nil, err
		}
	}
	var unreadable error // of the last variable that cannot be read
	readable := false
	err = format.with(path, func(d *dataset) error {
		r.Attributes = d.globalTexts()
		vars := d.dataVariables()
		if opt.Variable != "" || len(vars) == 0 {
			v, err := d.choose(&opt)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			vars = []*variable{v}
		}
		for _, v := range vars {
			own, special := each[v.name]
			if !special {
				own = opt
			}
			about, err := d.inspect(v, &own)
			if err != nil {
				unreadable = fmt.Errorf("%s: %w", path, err)
			}
			readable = readable || err == nil
			r.Variables = append(r.Variables, about)
		}
		if !readable {
			return unreadable
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// inspect describes a variable. An error says that its values cannot be read.
func (d *dataset) inspect(v *variable, opt *ReadOptions) (VariableReport, error) {
	r := VariableReport{Name: v.name, LongName: longName(v), Members: d.memberDimension(v), StandardName: v.text("standard_name"),
		Type: strings.ToLower(v.typ.String()), Dims: v.dims, Shape: v.shape, FileUnits: v.text("units"), Units: v.text("units")}
	s, err := d.newSource(v, opt)
	if err != nil {
		r.Why = err.Error()
		return r, nil
	}
	f := &s.field
	r.Units, r.Kind, r.Calendar, r.Notes = f.Units, f.Kind, f.Calendar, f.Notes
	r.Frames, r.Step = f.Frames(), f.Step()
	r.From, r.To = f.Date(0), f.Date(f.Frames()-1)
	after := -1
	for _, t := range f.Gaps() {
		r.Gaps = append(r.Gaps, f.Date(t))
		r.Longest, after = max(r.Longest, t-after), t
	}
	r.Longest = max(r.Longest, f.Frames()-1-after)
	r.Height, r.Width = f.Height(), f.Width()
	r.Grid = gridInWords(&f.Grid)
	check := s.screen()
	err = s.stream(s.twoBlocks(), func(t0 int, data []float32) error {
		check.add(f, t0, data)
		r.Stats.Add(data)
		return nil
	})
	if err != nil {
		r.Why = err.Error()
		return r, err
	}
	r.HasStats = true
	r.Notes = append(r.Notes, check.notes()...)
	problem := check.problem(f)
	switch {
	case s.refused != nil:
		r.Why = s.refused.Error()
		if r.Stats.Count > 0 && r.Stats.Min < 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("values go down to %.6g, which rain cannot: an undeclared fill value?", r.Stats.Min))
		}
	case problem != nil:
		r.Why = problem.Error()
	case f.Frames() < 2:
		r.Why = "one frame is no sequence"
	case f.Height() < 2 || f.Width() < 2:
		r.Why = fmt.Sprintf("a grid of %d×%d cells is no field", f.Height(), f.Width())
	case r.Stats.Min == r.Stats.Max:
		r.Why = fmt.Sprintf("every value is %g", r.Stats.Min)
	case r.Longest < 2:
		r.Why = "no two frames follow one another in time"
	default:
		r.Trainable = true
	}
	return r, nil
}

// String returns the report as the text that "vdm inspect" prints.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, filepath.Base(r.Path))
	for i := range r.Variables {
		r.Variables[i].write(&b)
	}
	if len(r.Conventions) > 0 {
		fmt.Fprintln(&b)
	}
	for _, line := range r.Conventions {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return b.String()
}

func (r *VariableReport) write(b *strings.Builder) {
	line := func(label, format string, values ...any) {
		fmt.Fprintf(b, "  %-11s%s\n", label, fmt.Sprintf(format, values...))
	}
	fmt.Fprintln(b)
	name := r.Name
	if r.LongName != "" {
		name += " — " + r.LongName
	}
	line("variable", "%s", name)
	dims := make([]string, len(r.Dims))
	for i := range dims {
		dims[i] = fmt.Sprintf("%s %d", r.Dims[i], r.Shape[i])
	}
	line("dimensions", "%s; %s", strings.Join(dims, " × "), r.Type)
	units := r.FileUnits
	if units == "" {
		units = "none"
	}
	if r.Units != r.FileUnits {
		units += ", read as " + orNone(r.Units)
	}
	line("units", "%s", units)
	if r.Frames > 0 {
		line("calendar", "%s", r.Calendar)
		span := r.From
		if r.Frames > 1 {
			gaps := "no gaps"
			if n := len(r.Gaps); n > 0 {
				gaps = fmt.Sprintf("%d gaps, the first after %s", n, r.Gaps[0])
				if n == 1 {
					gaps = "one gap, after " + r.Gaps[0]
				}
			}
			span = fmt.Sprintf("%s to %s, step %s, %s", r.From, r.To, hours(r.Step), gaps)
		}
		line("time", "%s", span)
		line("grid", "%s", r.Grid)
	}
	if r.HasStats {
		if r.Stats.Count > 0 {
			line("values", "minimum %.6g, mean %.6g, maximum %.6g %s", r.Stats.Min, r.Stats.Mean(), r.Stats.Max, r.Units)
		}
		line("missing", "%s of cells", percent(r.Stats.MissingShare()))
		if r.Stats.Count > 0 && r.Kind == climate.KindRain && r.Units == climate.RainUnits {
			line("dry", "%s of cells below %g %s", percent(r.Stats.DryShare()), climate.DryBelow, climate.RainUnits)
		}
	}
	for _, n := range r.Notes {
		line("note", "%s", n)
	}
	if r.Trainable {
		line("training", "yes")
	} else {
		line("training", "no: %s", r.Why)
	}
	if r.Command != "" {
		line("command", "%s", r.Command)
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// memberDimension returns the dimension of the members of an ensemble.
func (d *dataset) memberDimension(v *variable) string {
	for _, dim := range v.dims {
		if c := d.coordinateOf(v, dim); c != nil && c.text("standard_name") == "realization" {
			return dim
		}
	}
	for _, dim := range v.dims {
		if memberName.MatchString(strings.ToLower(dim)) {
			return dim
		}
	}
	return ""
}

var memberName = regexp.MustCompile(`^(member|members|ens_number|ensemble|ensemble_member|ens|realization|realisation|number)[0-9]*$`)
