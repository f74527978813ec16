package climate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// SyntheticRecord is a record of [SyntheticRain] with the shape of UKCP18 Local (Met
// Office Hadley Centre 2019): hours of the 360-day calendar in months of 720, in the
// periods 1981–2000, 2021–2040 and 2061–2080, each from 1 December, on a rotated grid
// whose pole is at 37.5° N, 177.5° E.
type SyntheticRecord struct {
	Seed  uint64
	Hours int // number of hours from December 1980 on; at most the 518,400 of all periods

	// Coarse is the number of cells of 2.2 km along a side of one cell; 0 means 4, the
	// 8.8 km of the dissertation's training data. The outer scale of the rain is 352 km.
	Coarse int

	Height, Width int // cells; 0 means 64 × 64, or for cells of 2.2 km 606 × 484
}

// These are the grid and the periods of UKCP18 Local.
const (
	// BirminghamLat and BirminghamLon are the centre of the dissertation's domain.
	BirminghamLat, BirminghamLon = 52.489471, -1.898575

	ukcp18Spacing     = 0.02 // degrees on the rotated grid between cells of 2.2 km
	ukcp18Rows        = 606
	ukcp18Columns     = 484
	ukcp18Period      = 20 * 12 * SyntheticBlock // hours
	ukcp18Periods     = 3
	ukcp18FirstYear   = 1980 // the record starts in its December
	ukcp18PeriodYears = 40   // from one start to the next
)

func (s SyntheticRecord) withDefaults() SyntheticRecord {
	if s.Coarse == 0 {
		s.Coarse = 4
	}
	height, width := syntheticSize, syntheticSize
	if s.Coarse == 1 {
		height, width = ukcp18Rows, ukcp18Columns
	}
	if s.Height == 0 {
		s.Height = height
	}
	if s.Width == 0 {
		s.Width = width
	}
	return s
}

// Validate refuses sizes and numbers of hours that UKCP18 Local does not have room for.
func (s SyntheticRecord) Validate() error {
	s = s.withDefaults()
	if s.Hours < 2 || s.Hours > ukcp18Periods*ukcp18Period {
		return fmt.Errorf("a synthetic record of %d hours; want 2 to %d", s.Hours, ukcp18Periods*ukcp18Period)
	}
	if s.Coarse < 1 || s.Coarse > 40 {
		return fmt.Errorf("cells of %d × 2.2 km; want 1 to 40", s.Coarse)
	}
	return s.Rain().Validate()
}

// Rain returns the process of which the record consists.
func (s SyntheticRecord) Rain() SyntheticRain {
	s = s.withDefaults()
	return SyntheticRain{Seed: s.Seed, Height: s.Height, Width: s.Width, OuterScale: syntheticOuter * 4 / float64(s.Coarse)}
}

// Recipe returns sentences that describe the record.
func (s SyntheticRecord) Recipe() []string {
	s = s.withDefaults()
	return []string{
		"synthetic rain with the spectrum, the memory and the law of climate.SyntheticRain, version 1; no observation or simulation is in it",
		fmt.Sprintf("seed %d", s.Seed),
		fmt.Sprintf("%d hours from 1980-12-01 in the layout of UKCP18 Local", s.Hours),
		fmt.Sprintf("%d × %d cells of %s", s.Height, s.Width, s.resolution()),
	}
}

// resolution returns the size of a cell as UKCP18's file names have it.
func (s SyntheticRecord) resolution() string {
	return strconv.FormatFloat(2.2*float64(s.Coarse), 'g', 4, 64) + "km"
}

// Months returns the number of months, the last of which may be short.
func (s SyntheticRecord) Months() int { return (s.Hours + SyntheticBlock - 1) / SyntheticBlock }

// Month returns the record of one month without its values: rain in mm/h on its grid at
// the middles of the hours.
func (s SyntheticRecord) Month(month int) *Field {
	return s.fieldOf(month*SyntheticBlock, min((month+1)*SyntheticBlock, s.Hours))
}

// Field returns the whole record without its values.
func (s SyntheticRecord) Field() *Field { return s.fieldOf(0, s.Hours) }

func (s SyntheticRecord) fieldOf(from, to int) *Field {
	f := &Field{Name: "pr", LongName: "Precipitation rate", StandardName: "lwe_precipitation_rate", Units: RainUnits, Kind: KindRain,
		Grid: s.Grid(), Calendar: ThreeSixtyDay, Epoch: Epoch}
	for h := from; h < to; h++ {
		year := ukcp18FirstYear + h/ukcp18Period*ukcp18PeriodYears
		start := date{year, 12, 1}.number(ThreeSixtyDay) * 24
		f.Times = append(f.Times, float64(start+h%ukcp18Period)+0.5)
	}
	return f
}

// FileName returns the name of a month's file, such as
// pr_rcp85_land-cpm_uk_2.2km_01_1hr_19801201-19801230.nc.
func (s SyntheticRecord) FileName(month int) string {
	f := s.withDefaults().Month(month)
	day := func(t int) string { return strings.ReplaceAll(f.Date(t)[:10], "-", "") }
	return fmt.Sprintf("pr_rcp85_land-cpm_uk_%s_01_1hr_%s-%s.nc", s.withDefaults().resolution(), day(0), day(f.Frames()-1))
}

// Grid returns the rotated grid of the record. The cell around Birmingham has
// (Height−1)/2 rows below it and (Width−1)/2 columns to its left, so that a crop around
// it exists whatever the size.
func (s SyntheticRecord) Grid() Grid {
	s = s.withDefaults()
	pole := RotatedPole{Lat: 37.5, Lon: 177.5}
	spacing := ukcp18Spacing * float64(s.Coarse)
	row, column := pole.ToRotated(BirminghamLat, BirminghamLon)
	g := Grid{Height: s.Height, Width: s.Width, YName: "grid_latitude", XName: "grid_longitude", YUnits: "degrees", XUnits: "degrees",
		YStandardName: "grid_latitude", XStandardName: "grid_longitude",
		Y: axisAround(row, spacing, s.Height), X: axisAround(column, spacing, s.Width),
		MappingName: "rotated_latitude_longitude", Mapping: map[string]any{
			"grid_mapping_name": "rotated_latitude_longitude", "grid_north_pole_latitude": pole.Lat, "grid_north_pole_longitude": pole.Lon,
			"north_pole_grid_longitude": 0.0, "earth_radius": 6371229.0, "longitude_of_prime_meridian": 0.0,
		}}
	for _, y := range g.Y {
		for _, x := range g.X {
			lat, lon := pole.FromRotated(y, x)
			g.Lat, g.Lon = append(g.Lat, lat), append(g.Lon, lon)
		}
	}
	return g
}

// axisAround returns n multiples of a spacing, of which the (n−1)/2-th is nearest to v.
func axisAround(v, spacing float64, n int) []float64 {
	axis := make([]float64, n)
	first := int(v/spacing+1e4+0.5) - 1e4 - (n-1)/2
	for i := range axis {
		axis[i] = float64(first+i) * spacing
	}
	return axis
}

// MonthWriter receives one month of a record.
type MonthWriter interface {
	// Write receives whole frames, in mm/h, beginning with frame t0 of the month.
	Write(t0 int, frames []float32) error
	// Close ends the month. err is nil if the month is complete, otherwise the error
	// that ended it, to which Close may add.
	Close(err error) error
}

// Generate makes the given months, several at a time where there are processors for it,
// and writes each to the writer that open returns for it. The first error ends all.
// progress receives the number of hours made, including those of months that were not
// asked for.
func (s SyntheticRecord) Generate(ctx context.Context, months []int, progress func(hours, total int), open func(month int) (MonthWriter, error)) error {
	if err := s.Validate(); err != nil {
		return err
	}
	var mu sync.Mutex
	done := s.Hours
	for _, month := range months {
		done -= s.monthHours(month)
	}
	count := func(hours int) {
		mu.Lock()
		defer mu.Unlock()
		if done += hours; progress != nil {
			progress(done, s.Hours)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	next := make(chan int)
	for range min(len(months), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for month := range next {
				w, err := open(month)
				if err == nil {
					err = w.Close(s.month(ctx, month, w, count))
				}
				if err != nil {
					cancel(err)
				}
			}
		})
	}
send:
	for _, month := range months {
		select {
		case next <- month:
		case <-ctx.Done():
			break send
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// monthHours returns the number of hours of a month.
func (s SyntheticRecord) monthHours(month int) int {
	return min(SyntheticBlock, s.Hours-month*SyntheticBlock)
}

// month makes one month.
func (s SyntheticRecord) month(ctx context.Context, month int, w MonthWriter, count func(hours int)) error {
	first, hours := month*SyntheticBlock, s.monthHours(month)
	var frames []float32
	return s.Rain().Block(ctx, month, s.Hours, func(hour int, rain []float32) error {
		frames = append(frames, rain...)
		n := len(frames) / len(rain)
		if t1 := hour + 1 - first; n == s.Batch() || t1 == hours {
			if err := w.Write(t1-n, frames); err != nil {
				return err
			}
			count(n)
			frames = frames[:0]
		}
		return nil
	})
}

// Batch returns how many hours are written at once: a day, or less where frames are
// large.
func (s SyntheticRecord) Batch() int {
	s = s.withDefaults()
	const cells = 1 << 18
	return min(24, max(1, cells/(s.Height*s.Width)))
}

// Prepare writes the record as prepared data. It continues what an interrupted call has
// left, and does nothing where the folder already contains the record; made is then
// false. See [CreatePrepared] for replace. progress receives the number of hours made.
func (s SyntheticRecord) Prepare(ctx context.Context, dir string, split *Split, replace bool, progress func(hours, total int)) (made bool, err error) {
	if err := s.Validate(); err != nil {
		return false, err
	}
	w, err := CreatePrepared(dir, PreparedHeader{Channels: []*Field{s.Field()}, Split: split, Recipe: s.Recipe(), Parts: s.Months()}, replace)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if w.Complete() {
		return false, nil
	}
	var months []int
	for month := range s.Months() {
		if _, finished := w.Part(month); !finished {
			months = append(months, month)
		}
	}
	if err := s.Generate(ctx, months, progress, func(month int) (MonthWriter, error) {
		return preparedMonth{w, month}, nil
	}); err != nil {
		return false, err
	}
	return true, w.Commit(ctx, nil)
}

// preparedMonth writes a month as a part of prepared data.
type preparedMonth struct {
	w     *PreparedWriter
	month int
}

func (p preparedMonth) Write(t0 int, frames []float32) error {
	return p.w.Write(0, p.month*SyntheticBlock+t0, frames)
}

func (p preparedMonth) Close(err error) error {
	if err != nil {
		return err
	}
	return p.w.Finish(p.month, Source{}, nil)
}
