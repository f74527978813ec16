package forecast

import "math"

const (
	dryBelow   = 0.1 // mm/h, the rate below which a cell is dry
	pairsAside = 3   // pairs of known frames on each side of a gap that count for its motion
)

// pair is two known frames: images in decibels above the threshold, how many
// frames apart, and what weight they have.
type pair struct {
	a, b        []float64
	gap, weight float64
}

// pairsAround returns the pairs from which the motion of a gap is estimated: of
// neighbouring known frames, aside on each side with the gap's own. There are none where
// only one frame is known.
func pairsAround(s *scene, g gap, aside int) []pair {
	var known []int
	at := 0 // the pair known[at], known[at+1] is the one at the gap
	for f, frame := range s.frames {
		if frame == nil {
			continue
		}
		if f <= g.left {
			at = len(known)
		}
		known = append(known, f)
	}
	at = min(at, len(known)-2) // after the last known frame: the last pair
	images := map[int][]float64{}
	image := func(f int) []float64 {
		if images[f] == nil {
			images[f] = decibels(s.frames[f], dryBelow)
			dry := 10*math.Log10(dryBelow) - 5
			for i := range images[f] {
				images[f][i] -= dry
			}
		}
		return images[f]
	}
	var pairs []pair
	for i := 0; i+1 < len(known); i++ {
		away := max(i-at, at-i)
		if away < aside {
			pairs = append(pairs, pair{image(known[i]), image(known[i+1]), float64(known[i+1] - known[i]), math.Pow(0.5, float64(away))})
		}
	}
	return pairs
}

// motionWindow returns the standard deviation in cells of the finest window, which
// is what the field of motion can resolve: a sixth of the shorter side.
func motionWindow(s *scene) float64 { return float64(min(s.h, s.w)) / 6 }

// motion returns the motion around a gap; zero with fewer than two known frames,
// and where all of them are dry. It is a dense field of optical flow, smooth enough
// to be robust where rain grows and decays.
//
// Rates become decibels above a threshold. The best common translation of the
// domain is found by a full search for the largest normalised correlation on a
// coarsened grid (Rinehart and Garvey 1978, Nature 273), and refined to a field
// by iterated weighted least squares on image gradients (Lucas and Kanade 1981,
// IJCAI), from coarse to fine in both the smoothing of the image and the window
// (Bouguet 2001, Intel Corporation), on grids as coarse as the smoothing allows. Each iteration moves both frames of a pair
// to the time halfway between them, so that neither is preferred, and adds a
// damping of the mean gradient, so that places without rain keep the motion of
// their surroundings.
//
// The field is steady. It is estimated from the pairs of neighbouring known frames
// at the gap and pairsAside − 1 further ones on each side, whose weight halves with
// every step away.
func motion(s *scene, g gap) *velocity {
	pairs := pairsAround(s, g, pairsAside)
	side := float64(min(s.h, s.w))
	v := newVelocity(s.h, s.w, 0, 0)
	if len(pairs) == 0 || side < 4 {
		return v
	}
	dy, dx := search(s, pairs)
	v = newVelocity(s.h, s.w, dy, dx)
	window := motionWindow(s)
	for _, level := range []struct {
		smooth, window float64
		iterations     int
	}{{window / 2, 2 * window, 4}, {window / 4, 1.5 * window, 4}, {window / 8, window, 5}} {
		factor := coarseningOf(level.smooth)
		small := s.coarsened(factor)
		// A mean over a block is a blur, too: of variance (factor² − 1)/12.
		rest := math.Sqrt(level.smooth*level.smooth-float64(factor*factor-1)/12) / float64(factor)
		images := map[*float64][]float64{}
		smoothed := func(image []float64) []float64 {
			if images[&image[0]] == nil {
				images[&image[0]] = blurred(blockMeans(image, s.h, s.w, factor), small.h, small.w, rest)
			}
			return images[&image[0]]
		}
		shrunk := make([]pair, len(pairs))
		for i, p := range pairs {
			shrunk[i] = pair{smoothed(p.a), smoothed(p.b), p.gap, p.weight}
		}
		u := v.regridded(small.h, small.w, 1, factor)
		for range level.iterations {
			refine(small, u, shrunk, level.window/float64(factor))
		}
		v = u.regridded(s.h, s.w, factor, 1)
	}
	return v
}

// coarseningOf returns how many cells along each side become one where images that are
// smoothed by so many cells are compared: a power of two that leaves the standard deviation
// of the smoothing at 2.6 coarse cells at least: with half of that motion is clearly worse.
func coarseningOf(smooth float64) int {
	factor := 1
	for float64(2*factor)*2.6 <= smooth {
		factor *= 2
	}
	return factor
}

// coarsened returns the domain of a scene, without frames, on blocks of factor×factor
// cells. A block is inside where half of its cells are; partial blocks are dropped.
func (s *scene) coarsened(factor int) *scene {
	if factor == 1 {
		return s
	}
	c := &scene{h: s.h / factor, w: s.w / factor, any: s.any, whole: true}
	inside := make([]float64, s.h*s.w)
	for i, in := range s.inside {
		if in {
			inside[i] = 1
		}
	}
	for _, share := range blockMeans(inside, s.h, s.w, factor) {
		c.inside = append(c.inside, share >= 0.5)
		c.whole = c.whole && share >= 0.5
	}
	return c
}

// regridded returns the motion on another grid of the same domain, of h×w cells. from and
// to are how many cells of the scene a cell has along each side, before and after.
func (v *velocity) regridded(h, w, from, to int) *velocity {
	if from == to {
		return v
	}
	out, ratio := newVelocity(h, w, 0, 0), float64(to)/float64(from)
	for i := range out.dy {
		y, x := v.at((float64(i/w)+0.5)*ratio-0.5, (float64(i%w)+0.5)*ratio-0.5)
		out.dy[i], out.dx[i] = y/ratio, x/ratio
	}
	return out
}

// search returns the translation in cells per frame that makes the correlation of the
// pairs largest, to about a coarse cell. The correlation is over the part that both
// frames share, times the square root of its share of the domain, against chance where
// little is shared. Translations of up to a quarter of the shorter side per pair are
// tried.
func search(s *scene, pairs []pair) (dy, dx float64) {
	gap := math.Inf(1)
	for _, p := range pairs {
		gap = min(gap, p.gap)
	}
	reach := float64(min(s.h, s.w)) / 4 / gap
	factor := max(1, min(s.h, s.w)/32)
	h, w := s.h/factor, s.w/factor
	coarse := make([]pair, len(pairs))
	for i, p := range pairs {
		// A blur of a coarse cell makes the peak wide enough for the search to find it.
		a, b := blurred(p.a, s.h, s.w, float64(factor)), blurred(p.b, s.h, s.w, float64(factor))
		coarse[i] = pair{blockMeans(a, s.h, s.w, factor), blockMeans(b, s.h, s.w, factor), p.gap, p.weight}
	}
	step := float64(factor) / gap
	n := int(reach / step)
	best := math.Inf(-1)
	for i := -n; i <= n; i++ {
		for j := -n; j <= n; j++ {
			score := -1e-6 * float64(i*i+j*j) // the slowest of equal translations wins
			for _, p := range coarse {
				shift := p.gap / gap
				score += p.weight * correlation(p.a, p.b, h, w, int(math.Round(float64(i)*shift)), int(math.Round(float64(j)*shift)))
			}
			if score > best {
				best, dy, dx = score, float64(i)*step, float64(j)*step
			}
		}
	}
	return dy, dx
}

// correlation returns the correlation of a with b moved back by (dy, dx), over the
// shared part.
func correlation(a, b []float64, h, w, dy, dx int) float64 {
	var n, sa, sb, saa, sbb, sab float64
	for y := max(0, -dy); y < min(h, h-dy); y++ {
		for x := max(0, -dx); x < min(w, w-dx); x++ {
			u, v := a[y*w+x], b[(y+dy)*w+x+dx]
			n++
			sa += u
			sb += v
			saa += u * u
			sbb += v * v
			sab += u * v
		}
	}
	va, vb := saa-sa*sa/n, sbb-sb*sb/n
	if n < 2 || va <= 1e-9*saa || vb <= 1e-9*sbb {
		return 0
	}
	return (sab - sa*sb/n) / math.Sqrt(va*vb) * math.Sqrt(n/float64(h*w))
}

// refine is one iteration of Lucas and Kanade's method: the increment d is added to v
// that minimises, in the window around each cell, Σ weight·(e + gap·∇m·d)² with e the
// difference of the frames after both were moved to the middle of the gap and m their
// mean.
func refine(s *scene, v *velocity, pairs []pair, window float64) {
	n := s.h * s.w
	var sums [5][]float64 // yy, yx, xx, ye, xe
	for i := range sums {
		sums[i] = make([]float64, n)
	}
	mean, diff, seen := make([]float64, n), make([]float64, n), make([]bool, n)
	for _, p := range pairs {
		for i := range n {
			y, x := float64(i/s.w), float64(i%s.w)
			hy, hx := v.dy[i]*p.gap/2, v.dx[i]*p.gap/2
			seen[i] = s.isInside(y-hy, x-hx) && s.isInside(y+hy, x+hx)
			a, b := sample(p.a, s.h, s.w, y-hy, x-hx), sample(p.b, s.h, s.w, y+hy, x+hx)
			mean[i], diff[i] = (a+b)/2, b-a
		}
		for y := 1; y < s.h-1; y++ {
			for x := 1; x < s.w-1; x++ {
				i := y*s.w + x
				if !(seen[i] && seen[i-1] && seen[i+1] && seen[i-s.w] && seen[i+s.w]) {
					continue
				}
				gy, gx := p.gap*(mean[i+s.w]-mean[i-s.w])/2, p.gap*(mean[i+1]-mean[i-1])/2
				e := p.weight * diff[i]
				sums[0][i] += p.weight * gy * gy
				sums[1][i] += p.weight * gy * gx
				sums[2][i] += p.weight * gx * gx
				sums[3][i] += gy * e
				sums[4][i] += gx * e
			}
		}
	}
	trace := 0.0
	for i := range n {
		trace += sums[0][i] + sums[2][i]
	}
	if trace == 0 {
		return
	}
	damping := 0.02 * trace / float64(2*n)
	for i := range sums {
		blur(sums[i], s.h, s.w, window)
	}
	dy, dx := mean, diff
	for i := range n {
		yy, xx, yx := sums[0][i]+damping, sums[2][i]+damping, sums[1][i]
		det := yy*xx - yx*yx
		dy[i] = -(xx*sums[3][i] - yx*sums[4][i]) / det
		dx[i] = -(yy*sums[4][i] - yx*sums[3][i]) / det
		// The gradients are valid over a blur's width, not further.
		if long := math.Hypot(dy[i], dx[i]); long > window/4 {
			dy[i] *= window / 4 / long
			dx[i] *= window / 4 / long
		}
	}
	for i := range n {
		v.dy[i] += dy[i]
		v.dx[i] += dx[i]
	}
}
