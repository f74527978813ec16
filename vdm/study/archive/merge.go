package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// MergeOptions says which members a merged file should have.
type MergeOptions struct {
	First         *int // number of the first member; nil means the smallest that exists
	Count         int  // number of members required; 0 means up to the largest that exists
	AllowGaps     bool // continue where members are missing; the others keep their numbers
	AllowOverlaps bool // continue where a member occurs twice; the part named first gives it

	// Name returns the name of an option in messages, such as "First", "AllowGaps" or
	// "Out", the file to write. nil means the names in this struct.
	Name     func(option string) string
	Warn     func(line string)     // receives a line about each gap or overlap that is allowed; nil means that none is wanted
	Progress func(done, total int) // called after each member; nil means that it is not wanted
}

func (o *MergeOptions) called(option string) string {
	if o.Name != nil {
		return o.Name(option)
	}
	return option
}

func (o *MergeOptions) warn(format string, args ...any) {
	if o.Warn != nil {
		o.Warn(fmt.Sprintf(format, args...))
	}
}

// memberPlace says where a member of the ensemble is found.
type memberPlace struct {
	number int // number in the ensemble
	part   int // number of the file in the order of its paths
	index  int // number in its file
}

// Merge puts files of generated clips, each a range of the members of one ensemble, into
// one file, in the order of the members' numbers: the file that one process would have
// written. Parts of other runs, settings, grids or times are an error, as are missing
// and repeated members, which are named by their numbers. One clip is copied at a time,
// and the file gets its name when it is complete.
func Merge(ctx context.Context, out string, paths []string, o MergeOptions) error {
	if err := o.checkPaths(out, paths); err != nil {
		return err
	}
	var whole *cf.SampleFile
	var places []memberPlace
	for i, path := range paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		part, err := cf.HeadSamples(path)
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
	places, err := o.once(paths, places)
	if err != nil {
		return err
	}
	describeWhole(whole, places)
	w, err := cf.CreateSamples(out, whole)
	if err != nil {
		return err
	}
	if err := o.copyMembers(ctx, w, paths, whole, places); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Commit()
}

// checkPaths refuses an output that is one of the parts, and a part named twice.
func (o *MergeOptions) checkPaths(out string, paths []string) error {
	var seen []os.FileInfo
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if target, err := os.Stat(out); err == nil && os.SameFile(info, target) {
			return fmt.Errorf("%s %s is one of the parts", o.called("Out"), out)
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

// firstMember returns the number that a part begins with.
func firstMember(path string, part *cf.SampleFile) (int, error) {
	text, ok := part.Attributes[run.FirstMemberAttribute]
	if !ok {
		return 0, fmt.Errorf("%s has no attribute %s: it is no file of sample or nowcast", path, run.FirstMemberAttribute)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: attribute %s is %q, expected a number from 0 on", path, run.FirstMemberAttribute, text)
	}
	return n, nil
}

// once refuses gaps and overlaps, or warns of those that are allowed, and returns each
// member once, in order.
func (o *MergeOptions) once(paths []string, places []memberPlace) (once []memberPlace, err error) {
	first := places[0].number
	if o.First != nil {
		first = *o.First
	}
	var twice []int
	for _, p := range places {
		last := len(once) - 1
		switch {
		case last < 0 || once[last].number != p.number:
			once = append(once, p)
		case !o.AllowOverlaps:
			return nil, fmt.Errorf("member %d is in %s and in %s; %s takes that of the part named first", p.number, paths[once[last].part], paths[p.part], o.called("AllowOverlaps"))
		default:
			twice = append(twice, p.number)
		}
	}
	if len(twice) > 0 {
		o.warn("there twice: %s", ranges(slices.Compact(twice)))
	}
	if p := once[0]; p.number < first {
		return nil, fmt.Errorf("member %d of %s comes before %s %d", p.number, paths[p.part], o.called("First"), first)
	}
	end := once[len(once)-1].number + 1
	if o.Count > 0 {
		if p := once[len(once)-1]; p.number >= first+o.Count {
			return nil, fmt.Errorf("member %d of %s comes after the %d from %d on that %s allows", p.number, paths[p.part], o.Count, first, o.called("Count"))
		}
		end = first + o.Count
	}
	var missing []int
	next := first
	for _, p := range append(once[:len(once):len(once)], memberPlace{number: end}) {
		for ; next < p.number; next++ {
			missing = append(missing, next)
		}
		next++
	}
	switch {
	case len(missing) == 0:
	case o.AllowGaps:
		o.warn("missing: %s", ranges(missing))
	default:
		return nil, fmt.Errorf("missing: %s; %s goes on without", ranges(missing), o.called("AllowGaps"))
	}
	return once, nil
}

// ranges returns rising numbers in words: "member 3" or "members 3 to 5, 9".
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

// describeWhole turns the description of a part into the one of all members.
func describeWhole(whole *cf.SampleFile, places []memberPlace) {
	first := places[0].number
	whole.Attributes[run.FirstMemberAttribute] = strconv.Itoa(first)
	whole.Members, whole.Numbers = len(places), nil
	if places[len(places)-1].number != first+len(places)-1 {
		for _, p := range places {
			whole.Numbers = append(whole.Numbers, int32(p.number-first))
		}
	}
}

// copyMembers copies the members one after the other, and keeps one part open at a
// time.
func (o *MergeOptions) copyMembers(ctx context.Context, w *cf.SampleWriter, paths []string, whole *cf.SampleFile, places []memberPlace) error {
	clip := make([]float32, len(whole.Times)*whole.Grid.Height*whole.Grid.Width*len(whole.Channels))
	for i := 0; i < len(places); {
		at := places[i].part
		part, err := cf.OpenSamples(paths[at])
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
			if o.Progress != nil {
				o.Progress(i+1, len(places))
			}
		}
		part.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
