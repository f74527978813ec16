//go:build !nonetcdf

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// firstMemberAttribute is the only one in which parts of an ensemble may differ:
// the number of the first member. That of another is this one plus its value of
// the coordinate "member".
const firstMemberAttribute = "vdm_first_member"

// mergeFlags are the settings of merge.
type mergeFlags struct {
	out            string
	first, count   int
	gaps, overlaps bool
}

func newMerge() *cobra.Command {
	f := &mergeFlags{}
	c := &cobra.Command{
		Use:     "merge PART.nc… --out ALL.nc",
		Short:   "Put the parts of an ensemble together",
		GroupID: groupWork,
		Long: `merge puts files of sample, nowcast and the like, each a range of members, into
one, in the order of the members' numbers: the file that one process would have
written. Parts must come from the same run, settings, seed and engine, on the
same grid and times. Members that are missing or there twice are refused by
their numbers. A clip is copied at a time, and the file gets its name when it is
complete.`,
		Example: `  vdm merge ensemble/part-*.nc --first 0 --count 128 --out all.nc`,
		Args:    takes("PART.nc…"),
		RunE: func(c *cobra.Command, paths []string) error {
			return f.run(c, paths)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.out, "out", "", "NetCDF `file` to write")
	flags.IntVar(&f.first, "first", 0, "`number` of the first member (default: the smallest there is)")
	flags.IntVar(&f.count, "count", 0, "`members` that there must be (default: up to the largest there is)")
	flags.BoolVar(&f.gaps, "allow-gaps", false, "go on where members are missing; those that are there keep their numbers")
	flags.BoolVar(&f.overlaps, "allow-overlaps", false, "go on where a member is there twice; that of the part named first is taken")
	return c
}

// memberPlace is where a member of the ensemble is found.
type memberPlace struct {
	number int // in the ensemble
	part   int // in the order of the command line
	index  int // in its file
}

func (f *mergeFlags) run(c *cobra.Command, paths []string) error {
	if f.out == "" {
		return misuse(c, "--out is missing: the file to write")
	}
	ranged := c.Flags().Changed("first")
	if f.first < 0 || f.count < 0 || c.Flags().Changed("count") && f.count == 0 {
		return misuse(c, "--first is %d and --count %d: want at least 0 and 1", f.first, f.count)
	}
	if err := f.apart(paths); err != nil {
		return err
	}
	var whole *netcdf.SampleFile
	var places []memberPlace
	for i, path := range paths {
		if err := c.Context().Err(); err != nil {
			return err
		}
		part, err := netcdf.HeadSamples(path)
		if err != nil {
			return err
		}
		first, err := firstMember(path, part)
		if err != nil {
			return err
		}
		if whole == nil {
			whole = part
		} else if why := differenceOfParts(whole, part); why != "" {
			return fmt.Errorf("%s and %s are no parts of one ensemble: %s", paths[0], path, why)
		}
		for index := range part.Members {
			number := first + index
			if part.Numbers != nil {
				number = first + int(part.Numbers[index])
			}
			places = append(places, memberPlace{number, i, index})
		}
	}
	slices.SortFunc(places, func(a, b memberPlace) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.part, b.part), cmp.Compare(a.index, b.index))
	})
	if !ranged {
		f.first = places[0].number
	}
	places, err := f.check(c, paths, places)
	if err != nil {
		return err
	}
	describeWhole(whole, places)
	return f.copy(c, paths, whole, places)
}

// apart refuses an output that is one of the parts, and a part named twice.
func (f *mergeFlags) apart(paths []string) error {
	var seen []os.FileInfo
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if out, err := os.Stat(f.out); err == nil && os.SameFile(info, out) {
			return fmt.Errorf("--out %s is one of the parts", f.out)
		}
		for j, other := range seen {
			if os.SameFile(info, other) {
				return fmt.Errorf("%s and %s are the same file", paths[j], paths[i])
			}
		}
		seen = append(seen, info)
	}
	return nil
}

// firstMember is the number that a part begins with.
func firstMember(path string, part *netcdf.SampleFile) (int, error) {
	text, ok := part.Attributes[firstMemberAttribute]
	if !ok {
		return 0, fmt.Errorf("%s has no attribute %s: it is no file of sample or nowcast", path, firstMemberAttribute)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: attribute %s is %q, expected a number from 0 on", path, firstMemberAttribute, text)
	}
	return n, nil
}

// differenceOfParts says why two files are no parts of one ensemble, "" if they
// are.
func differenceOfParts(a, b *netcdf.SampleFile) string {
	names := slices.Collect(maps.Keys(a.Attributes))
	names = append(names, slices.Collect(maps.Keys(b.Attributes))...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		x, y := a.Attributes[name], b.Attributes[name]
		if x != y && name != firstMemberAttribute {
			x, y = firstDifference(x, y)
			return fmt.Sprintf("attribute %s is %q and %q", name, x, y)
		}
	}
	describe := func(s *netcdf.SampleFile) string {
		var channels []string
		for _, ch := range s.Channels {
			channels = append(channels, fmt.Sprintf("%s in %s", ch.Name, ch.Units))
		}
		return strings.Join(channels, ", ")
	}
	if !slices.EqualFunc(a.Channels, b.Channels, func(x, y netcdf.SampleChannel) bool {
		return x.Name == y.Name && x.Units == y.Units && x.LongName == y.LongName && x.StandardName == y.StandardName
	}) {
		return fmt.Sprintf("the variables are %s and %s", describe(a), describe(b))
	}
	if why := a.Grid.Difference(&b.Grid); why != "" {
		return "the grids differ: " + why
	}
	if a.Calendar != b.Calendar || a.Epoch != b.Epoch || !slices.Equal(a.Times, b.Times) {
		return "the times differ"
	}
	return ""
}

// firstDifference shortens two texts of several lines to those that differ first.
func firstDifference(a, b string) (string, string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i], y[i]
		}
	}
	return a, b
}

// check refuses gaps and overlaps, or says what it goes on with, and returns each
// member once.
func (f *mergeFlags) check(c *cobra.Command, paths []string, places []memberPlace) ([]memberPlace, error) {
	var once []memberPlace
	var twice []int
	for _, p := range places {
		last := len(once) - 1
		switch {
		case last < 0 || once[last].number != p.number:
			once = append(once, p)
		case !f.overlaps:
			return nil, fmt.Errorf("member %d is in %s and in %s; --allow-overlaps takes that of the part named first", p.number, paths[once[last].part], paths[p.part])
		default:
			twice = append(twice, p.number)
		}
	}
	if len(twice) > 0 {
		say(c, "there twice: %s", ranges(slices.Compact(twice)))
	}
	if p := once[0]; p.number < f.first {
		return nil, fmt.Errorf("member %d of %s comes before --first %d", p.number, paths[p.part], f.first)
	}
	end := once[len(once)-1].number + 1
	if f.count > 0 {
		if p := once[len(once)-1]; p.number >= f.first+f.count {
			return nil, fmt.Errorf("member %d of %s comes after the %d from %d on that --count allows", p.number, paths[p.part], f.count, f.first)
		}
		end = f.first + f.count
	}
	var missing []int
	next := f.first
	for _, p := range append(once[:len(once):len(once)], memberPlace{number: end}) {
		for ; next < p.number; next++ {
			missing = append(missing, next)
		}
		next++
	}
	switch {
	case len(missing) == 0:
	case f.gaps:
		say(c, "missing: %s", ranges(missing))
	default:
		return nil, fmt.Errorf("missing: %s; --allow-gaps goes on without", ranges(missing))
	}
	return once, nil
}

// ranges writes rising numbers as "member 3" or "members 3 to 5, 9".
func ranges(numbers []int) string {
	if len(numbers) == 1 {
		return fmt.Sprintf("member %d", numbers[0])
	}
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, strconv.Itoa(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d to %d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	return "members " + strings.Join(parts, ", ")
}

// describeWhole makes the description of a part that of all members.
func describeWhole(whole *netcdf.SampleFile, places []memberPlace) {
	first := places[0].number
	whole.Attributes[firstMemberAttribute] = strconv.Itoa(first)
	whole.Members, whole.Numbers = len(places), nil
	if places[len(places)-1].number != first+len(places)-1 {
		for _, p := range places {
			whole.Numbers = append(whole.Numbers, int32(p.number-first))
		}
	}
}

// copy writes the members, one after the other.
func (f *mergeFlags) copy(c *cobra.Command, paths []string, whole *netcdf.SampleFile, places []memberPlace) error {
	w, err := netcdf.CreateSamples(f.out, whole)
	if err != nil {
		return err
	}
	update, end := progress(c, "merging")
	err = copyMembers(c.Context(), w, paths, whole, places, func(n int) {
		update(vdm.Progress{Step: int64(n), Steps: int64(len(places)), Loss: math.NaN(), HeldOut: math.NaN()})
	})
	end()
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	if err := w.Commit(); err != nil {
		return err
	}
	return emit(c, f.out+"\n")
}

// copyMembers keeps one part open at a time.
func copyMembers(ctx context.Context, w *netcdf.SampleWriter, paths []string, whole *netcdf.SampleFile, places []memberPlace, update func(n int)) error {
	clip := make([]float32, len(whole.Times)*whole.Grid.Height*whole.Grid.Width*len(whole.Channels))
	for i := 0; i < len(places); {
		at := places[i].part
		part, err := netcdf.OpenSamples(paths[at])
		if err != nil {
			return err
		}
		for ; err == nil && i < len(places) && places[i].part == at; i++ {
			if err = ctx.Err(); err == nil {
				err = part.Read(places[i].index, 0, clip)
			}
			if err == nil {
				err = w.Write(i, 0, clip)
			}
			update(i + 1)
		}
		part.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
