// Package noise makes random numbers that are pure functions of a key.
//
// A key consists of a seed, the purpose of the numbers (the stream), a sample and a
// step. Nothing else counts: not the batch size, the resume point, the engine or the
// clock. So a resumed run equals an uninterrupted one, and one sample of many can be
// drawn again alone.
//
// The generator is ChaCha8 of math/rand/v2, whose output Go guarantees not to change,
// keyed by the key's words themselves: two keys never share a stream.
package noise

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Stream is the purpose of random numbers.
type Stream uint16

// These are all streams. Their values are part of the file format of a run: a new one is
// added at the end.
const (
	Latent         Stream = iota + 1 // the initial latent z₁ of a sample
	Step                             // the noise of one sampler step
	Corrector                        // corrector (Langevin) steps
	Probe                            // random probes (Hutchinson)
	Weights                          // initial weights
	Order                            // which clips make up training batch k
	Time                             // t of the samples of training batch k
	Training                         // ε of the samples of training batch k
	HeldOut                          // t and ε of the held-out loss
	Known                            // forward samples of known cells (replacement)
	Synthetic                        // synthetic data
	Ties                             // random breaking of ties in scores
	Likelihood                       // λ and ε of the bound on the likelihood
	Dequantisation                   // uniform noise within a step of rounded data
	Task                             // what is known of the samples of training batch k
)

// Key identifies one block of random numbers.
type Key struct {
	Seed   uint64
	Stream Stream
	Sample uint32 // index of the sample (or member, or variable)
	Step   uint64 // step of the sampler or of training
}

// Rand returns a generator at the start of the key's stream.
func (k Key) Rand() *rand.Rand {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[0:], k.Seed)
	binary.LittleEndian.PutUint64(seed[8:], k.Step)
	binary.LittleEndian.PutUint32(seed[16:], k.Sample)
	binary.LittleEndian.PutUint16(seed[20:], uint16(k.Stream))
	copy(seed[22:], "vdm-noise1")
	return rand.New(rand.NewChaCha8(seed))
}

// Normal fills dst with independent standard normal numbers.
func (k Key) Normal(dst []float32) {
	r := k.Rand()
	for i := range dst {
		dst[i] = float32(r.NormFloat64())
	}
}

// Uniform fills dst with independent numbers uniform in [low, high).
func (k Key) Uniform(dst []float32, low, high float64) {
	r := k.Rand()
	for i := range dst {
		dst[i] = float32(low + (high-low)*r.Float64())
	}
}

// LowDiscrepancy returns n times in [0, 1), one in each interval of length
// 1/n: a single uniform offset u, then (u + i/n) mod 1 (Kingma et al. 2021,
// Variational Diffusion Models, appendix I.1). Each is uniform on its own, and
// their mean over a batch has far less variance than n independent draws.
func (k Key) LowDiscrepancy(n int) []float64 {
	u := k.Rand().Float64()
	t := make([]float64, n)
	for i := range t {
		_, t[i] = math.Modf(u + float64(i)/float64(n))
	}
	return t
}
