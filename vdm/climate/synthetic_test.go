package climate

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// blocksOf makes whole blocks of synthetic rain, in parallel.
func blocksOf(t testing.TB, s SyntheticRain, blocks int) [][]float32 {
	t.Helper()
	all := make([][]float32, blocks)
	s = s.withDefaults()
	var workers sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for b := range next {
				all[b] = make([]float32, 0, SyntheticBlock*s.Height*s.Width)
				if err := s.Block(context.Background(), b, math.MaxInt, func(_ int, rain []float32) error {
					all[b] = append(all[b], rain...)
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for b := range blocks {
		next <- b
	}
	close(next)
	workers.Wait()
	return all
}

// meanAndError is a mean of batches and its standard error.
func meanAndError(batches []float64) (mean, standardError float64) {
	for _, b := range batches {
		mean += b / float64(len(batches))
	}
	for _, b := range batches {
		standardError += (b - mean) * (b - mean)
	}
	n := float64(len(batches))
	return mean, math.Sqrt(standardError / (n - 1) / n)
}

// The statistics against the closed form, within four standard errors taken from
// batches of 240 h, five e-foldings of the slowest part.
func TestSyntheticStatistics(t *testing.T) {
	const blocks, batch, cells = 4, 240, 64 * 64
	s := SyntheticRain{Seed: 11}
	all := blocksOf(t, s, blocks)

	if got := s.DryShare(0.01); math.Abs(got-0.830) > 5e-4 {
		t.Errorf("closed form: dry share %.4f, want 0.830", got)
	}
	if got := s.Mean(); math.Abs(got-0.1085) > 5e-5 {
		t.Errorf("closed form: mean %.5f mm/h, want 0.1085", got)
	}
	figures := []struct {
		name  string
		want  float64
		most  float64 // standard error that still proves something
		value func(rain []float32) float64
	}{
		{"dry share", s.DryShare(0.01), 0.02, func(rain []float32) float64 { return share(rain, 0.01) }},
		{"share below 1 mm/h", s.DryShare(1), 0.006, func(rain []float32) float64 { return share(rain, 1) }},
		{"share below 10 mm/h", s.DryShare(10), 0.0005, func(rain []float32) float64 { return share(rain, 10) }},
		{"mean", s.Mean(), 0.02, func(rain []float32) float64 {
			var stats Stats
			stats.Add(rain)
			return stats.Mean()
		}},
	}
	for _, f := range figures {
		var batches []float64
		for _, rain := range all {
			for part := range slices.Chunk(rain, batch*cells) {
				batches = append(batches, f.value(part))
			}
		}
		mean, e := meanAndError(batches)
		t.Logf("%s: %.5f ± %.5f, closed form %.5f", f.name, mean, e, f.want)
		if math.Abs(mean-f.want) > 4*e || e > f.most {
			t.Errorf("%s is %.5f ± %.5f, closed form %.5f (standard error at most %g)", f.name, mean, e, f.want, f.most)
		}
	}
	highest := float32(0)
	var lags, slopes []float64
	for _, rain := range all {
		highest = max(highest, slices.Max(rain))
		lags = append(lags, correlation(rain[:len(rain)-cells], rain[cells:]))
		slopes = append(slopes, spectralSlope(t, rain))
	}
	if highest < 15 || highest > 100 { // 25 to 100 in longer records
		t.Errorf("maximum %.1f mm/h, want 15 to 100", highest)
	}
	lag, lagError := meanAndError(lags)
	slope, slopeError := meanAndError(slopes)
	t.Logf("lag-1 correlation %.3f ± %.3f, spectral slope %.3f ± %.3f", lag, lagError, slope, slopeError)
	if math.Abs(lag-0.53) > 0.025+2*lagError || lagError > 0.03 {
		t.Errorf("lag-1 correlation %.3f ± %.3f, want about 0.53", lag, lagError)
	}
	if math.Abs(slope+2.9) > 0.1+2*slopeError || slopeError > 0.05 {
		t.Errorf("spectral slope %.3f ± %.3f, want about -2.9", slope, slopeError)
	}
}

// share of cells below a rate.
func share(rain []float32, below float32) float64 {
	n := 0
	for _, v := range rain {
		if v < below {
			n++
		}
	}
	return float64(n) / float64(len(rain))
}

func correlation(a, b []float32) float64 {
	var sa, sb, saa, sbb, sab float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		sa, sb, saa, sbb, sab = sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
	}
	n := float64(len(a))
	return (sab/n - sa/n*sb/n) / math.Sqrt((saa/n-sa/n*sa/n)*(sbb/n-sb/n*sb/n))
}

// spectralSlope fits a power law to the power density of 64×64 frames over 6 to 31
// waves across the frame: scales well below the outer one.
func spectralSlope(t *testing.T, rain []float32) float64 {
	power, err := verify.NewSpatialPower(64, 64)
	if err != nil {
		t.Fatal(err)
	}
	const cells = 64 * 64
	for at := 0; at < len(rain); at += 12 * cells {
		if err := power.Add(rain[at : at+cells]); err != nil {
			t.Fatal(err)
		}
	}
	var sx, sy, sxx, sxy, n float64
	ks, ps := power.Value()
	for i, k := range ks {
		if k >= 6 && k <= 31 {
			x, y := math.Log(k), math.Log(ps[i]/k) // of the ring, by its length
			sx, sy, sxx, sxy, n = sx+x, sy+y, sxx+x*x, sxy+x*y, n+1
		}
	}
	return (sxy - sx*sy/n) / (sxx - sx*sx/n)
}

// A block made alone goes on from the block before it as if all had been made in
// one go: its first hour differs from that of a field that was never broken off by
// less than float32 resolves.
func TestSyntheticBlocksContinue(t *testing.T) {
	s := SyntheticRain{Seed: 3, Height: 12, Width: 20, OuterScale: 16}.withDefaults()
	whole, alone := newLatent(s), newLatent(s)
	whole.begin(0)
	for h := 1; h <= SyntheticBlock; h++ {
		whole.step(h)
	}
	alone.begin(SyntheticBlock)
	worst := math.Abs(whole.wet - alone.wet)
	for m := range whole.modes {
		d := whole.modes[m] - alone.modes[m]
		worst = max(worst, math.Hypot(real(d), imag(d)))
	}
	if worst > 1e-9 {
		t.Errorf("modes differ by %g at the seam", worst)
	}
	if whole.modes[5] == 0 {
		t.Error("the modes are empty")
	}
}

// Hours are what they are in whatever order and number they are made; seeds and
// hours differ.
func TestSyntheticHoursAreReproducible(t *testing.T) {
	s := SyntheticRain{Seed: 5, Height: 9, Width: 14, OuterScale: 8}
	made := func(s SyntheticRain, block, end int) (rain []float32) {
		if err := s.Block(context.Background(), block, end, func(_ int, r []float32) error {
			rain = append(rain, r...)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return rain
	}
	whole := made(s, 1, 2*SyntheticBlock)
	if part := made(s, 1, SyntheticBlock+7); !slices.Equal(part, whole[:7*9*14]) {
		t.Error("the first hours of a block depend on how many are made")
	}
	if slices.Equal(whole[:126], whole[126:252]) || slices.Equal(whole, made(s, 0, SyntheticBlock)) {
		t.Error("two hours or two blocks are the same")
	}
	s.Seed++
	if slices.Equal(whole, made(s, 1, 2*SyntheticBlock)) {
		t.Error("two seeds make the same rain")
	}
	if got := made(s, 4, 3*SyntheticBlock); got != nil {
		t.Error("hours after the end are made")
	}
}

// The first values of one seed, fixed: a change here changes every data set that
// was made from a seed. Another kind of processor may round differently.
func TestSyntheticIsFixed(t *testing.T) {
	var got []float32
	s := SyntheticRain{Seed: 7}
	if err := s.Block(context.Background(), 2, 2*SyntheticBlock+2, func(_ int, r []float32) error {
		got = append(got, r[0], r[2080], r[4095])
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []float32{0.69778365, 0, 1.1148345, 1.3718212, 0, 0.26844394}
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1e-6 {
			t.Errorf("values %v, want %v", got, want)
			break
		}
	}
}

func TestTorusSide(t *testing.T) {
	for _, c := range []struct {
		side  int
		outer float64
		want  int
	}{{64, 40, 128}, {606, 160, 864}, {484, 160, 750}, {2, 4, 8}} {
		if got := torusSide(c.side, c.outer); got != c.want {
			t.Errorf("%d cells, outer scale %v: torus of %d, want %d", c.side, c.outer, got, c.want)
		}
	}
}

func TestSyntheticRefused(t *testing.T) {
	for _, s := range []SyntheticRain{{Height: 1}, {Width: 1 << 14}, {OuterScale: 1}, {OuterScale: math.NaN()}, {Height: -3}} {
		if err := s.Validate(); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
	if err := (SyntheticRain{}).Block(context.Background(), -1, 5, nil); err == nil {
		t.Error("block −1 is made")
	}
}

func BenchmarkSyntheticHours(b *testing.B) {
	s := SyntheticRain{Seed: 1}
	hours := 0
	for b.Loop() {
		if err := s.Block(context.Background(), 0, SyntheticBlock, func(int, []float32) error { hours++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(hours)/b.Elapsed().Seconds(), "hours/s")
}
