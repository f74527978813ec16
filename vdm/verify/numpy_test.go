package verify

import "testing"

// The scores against a second, independent computation: numpy's own histogram,
// quantile and FFT, and CRPS by the double sum.
func TestAgainstNumpy(t *testing.T) {
	const frames, height, width = 6, 12, 10
	var in struct {
		Frames, Height, Width int
		Clip, Test            []float32
		Members               [][]float32
		Edges, Low            []float64
		Levels                []float64
	}
	in.Frames, in.Height, in.Width = frames, height, width
	in.Clip, in.Test = rain(1, frames*height*width), rain(2, frames*height*width)
	for i := range in.Test {
		in.Test[i] += 0.125 // no cell is dry throughout: its bias would be undefined
	}
	for m := range uint32(5) {
		in.Members = append(in.Members, rain(10+m, len(in.Clip)))
	}
	in.Edges, in.Low = DefaultEdges(8), LowEdges()
	in.Clip[7], in.Clip[8], in.Clip[9] = 3, 8, 9 // on edges
	in.Clip[10], in.Clip[11] = float32(in.Low[41]), float32(in.Low[77])
	in.Levels = append(QuantileLevels(), 0, 0.25, 0.5, 1)
	var want map[string][]float64
	numpy(t, `
F, H, W = d["Frames"], d["Height"], d["Width"]
x = np.array(d["Clip"], dtype="f4").astype("f8")
y = np.array(d["Test"], dtype="f4").astype("f8")
m = np.array(d["Members"], dtype="f4").astype("f8")
out["counts"] = np.histogram(x, d["Edges"])[0]
out["low"] = np.histogram(x, d["Low"])[0]
out["density"] = np.histogram(x, d["Low"], density=True)[0] * np.mean((x >= 0) & (x <= d["Low"][-1]))
out["quantiles"] = np.quantile(x, d["Levels"])
n = np.arange(1, 7)[:, None]; k = np.arange(1, 10)[None]
out["levels"] = 1 - 10.0**-n + k * 10.0**-(n + 1)
out["moments"] = [x.size, np.mean(x < 0.01), x.mean(), x.std(), x.min(), x.max()]
c, e = x.reshape(F, H, W), y.reshape(F, H, W)
out["bias"] = (c.mean(0) - e.mean(0)) / e.mean(0)
# Rings by sorting every mode of the full transform, one by one.
side = min(H, W)
power = np.mean(np.abs(np.fft.fft2(c))**2, axis=0)
rings = []
for ring in range(1, side // 2 + 1):
    inside = [power[j, i] for j in range(H) for i in range(W)
              if ring - .5 <= np.hypot(np.fft.fftfreq(H)[j], np.fft.fftfreq(W)[i]) * side < ring + .5]
    rings.append(np.mean(inside) * np.pi * ((ring + .5)**2 - (ring - .5)**2))
out["spatial"] = rings
out["temporal"] = np.mean(np.abs(np.fft.fft(c, axis=0))**2, axis=(1, 2))[:F // 2 + 1]
err = np.mean(np.abs(m - y), axis=0)
pairs = np.abs(m[:, None] - m[None]).sum(axis=(0, 1))
k = len(m)
out["plain"] = (err - pairs / (2 * k * k)).reshape(F, -1).mean(1)
out["fair"] = (err - pairs / (2 * k * (k - 1))).reshape(F, -1).mean(1)
`, in, &want)

	floats := func(counts []int64) []float64 {
		f := make([]float64, len(counts))
		for i, c := range counts {
			f[i] = float64(c)
		}
		return f
	}
	h, low := must(NewHistogram(in.Edges)), must(NewHistogram(in.Low))
	h.Add(in.Clip)
	low.Add(in.Clip)
	var q Quantiles
	q.Add(in.Clip)
	var m Moments
	m.Add(in.Clip)
	mv := m.Value()
	bias := must(NewBiasMap(height, width))
	check(t, bias.AddGenerated(in.Clip))
	check(t, bias.AddTest(in.Test))
	spatial, temporal := must(NewSpatialPower(height, width)), must(NewTemporalPower(frames))
	check(t, spatial.Add(in.Clip))
	check(t, temporal.Add(in.Clip))
	_, rings := spatial.Value()
	_, series := temporal.Value()
	crps := must(NewCRPS(frames))
	check(t, crps.Add(in.Members, in.Test))
	for name, got := range map[string][]float64{
		"counts": floats(h.Counts), "low": floats(low.Counts), "density": low.Value(),
		"levels": QuantileLevels(), "quantiles": q.Value(in.Levels),
		"moments": {float64(mv.N), mv.DryShare, mv.Mean, mv.Std, mv.Min, mv.Max},
		"bias":    bias.Value(), "spatial": rings, "temporal": series,
		"plain": crps.Value().PlainByLead, "fair": crps.Value().FairByLead,
	} {
		if !allNear(got, want[name], 1e-11) {
			t.Errorf("%s: %v\nnumpy: %v", name, got, want[name])
		}
	}
}
