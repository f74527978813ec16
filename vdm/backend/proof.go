package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
)

// ProofVersion is the version of the check that engines pass before they are used. A
// change of what package vdm/internal/proof computes, or of its tolerances, needs
// another number; then every engine is checked again.
const ProofVersion = 2

// proveSwitch is the variable that leaves the check out where it is "no", for programs
// that have made it already under other settings; [Prove] makes it all the same.
const proveSwitch = "VDM_PROVE"

// Proof is the result of the check of an engine on this machine: whether its training
// step and its sampling step have the right values, and how long they take.
type Proof struct {
	// Wrong is one line that says what is wrong, "" where all values are right.
	Wrong string `json:"wrong,omitempty"`
	// Version is the version that the library tells of itself, "" where it tells none.
	Version string `json:"version,omitempty"`
	// Dead reports that the check crashed or did not end.
	Dead bool `json:"dead,omitempty"`

	// Off is the largest difference of a value from the right one, in tolerances.
	Off float64 `json:"off,omitempty"`

	// Seconds of a training step and of a sampling step at the size of the project's
	// benchmark, and of the compilation of both.
	Train     float64 `json:"training_step,omitempty"`
	Sample    float64 `json:"sampling_step,omitempty"`
	Compiling float64 `json:"compiling,omitempty"`
}

// String returns the proof in a few words.
func (p Proof) String() string {
	if p.Wrong != "" {
		return "wrong: " + p.Wrong
	}
	return fmt.Sprintf("right, %.2f s a training step, %.2f s a sampling step", p.Train, p.Sample)
}

// proofs checks engines, and keeps the results in a folder.
type proofs struct {
	folder func() string               // "" means that nothing is kept
	check  func(p plan) (Proof, error) // runs a check; an error means that there is no result
	notice func(line string)           // receives a message before a check and one after it
}

// of returns the kept result for an engine, or checks it now. again checks it in any
// case.
func (k *proofs) of(p plan, again bool) (Proof, error) {
	if !again && os.Getenv(proveSwitch) == "no" {
		return Proof{}, errors.New(proveSwitch + "=no")
	}
	file, err := k.file(p)
	if err != nil {
		return Proof{}, err
	}
	if !again {
		if proof, ok := readProof(file); ok {
			return proof, nil
		}
	}
	if file != "" { // several processes may begin at once, and one check is enough
		unlock, err := lockFile(file + ".lock")
		if err != nil {
			return Proof{}, err
		}
		defer unlock()
		if proof, ok := readProof(file); ok && !again {
			return proof, nil
		}
	}
	k.notice(fmt.Sprintf("engine: checking %s on this machine, which is done once and takes about %s", p.label, p.patience()))
	proof, err := k.check(p)
	if err != nil {
		k.notice("engine: " + p.label + " was not checked: " + oneLine(err.Error()))
		return Proof{}, err
	}
	proof.Wrong = oneLine(proof.Wrong)
	k.notice("engine: " + p.label + " is " + proof.String())
	if file == "" {
		return proof, nil
	}
	text, err := json.Marshal(proof)
	if err != nil {
		return proof, err
	}
	// What cannot be kept is found again by the next process.
	_ = checkpoint.WriteFile(file, func(w io.Writer) error { _, err := w.Write(text); return err })
	return proof, nil
}

// file returns the path of the file that has the result for an engine, "" where nothing
// is kept. Its name depends on everything that may change what an engine computes.
func (k *proofs) file(p plan) (string, error) {
	folder := k.folder()
	if folder == "" {
		return "", nil
	}
	sum, err := checksum(folder, p.library)
	if err != nil {
		return "", err
	}
	key := []string{fmt.Sprint(ProofVersion), sum, p.name, strings.TrimPrefix(p.config, p.library), machine.Processor()}
	if strings.Contains(p.name, "cuda") {
		key = append(key, machine.GPUs()...)
	}
	for _, name := range []string{"XLA_FLAGS", "XLA_DEBUG_OPTIONS", "NVIDIA_TF32_OVERRIDE"} {
		key = append(key, name+"="+os.Getenv(name))
	}
	return filepath.Join(folder, sumOf([]byte(strings.Join(key, "\n")))+".json"), nil
}

// stamp tells whether a library is still the file whose checksum is known.
type stamp struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	Time   int64  `json:"modified"` // nanoseconds
	Inode  uint64 `json:"inode"`
	SHA256 string `json:"sha256,omitempty"`
}

// checksum returns the SHA-256 of a library. A library has up to 300 MB, so the sum is
// kept in a folder as long as the file's size, time and inode stay.
func checksum(folder, library string) (string, error) {
	var st unix.Stat_t
	if err := unix.Stat(library, &st); err != nil {
		return "", err
	}
	now := stamp{Path: library, Size: st.Size, Time: st.Mtim.Nano(), Inode: st.Ino}
	file := filepath.Join(folder, "library-"+sumOf([]byte(library))[:16]+".json")
	if text, err := os.ReadFile(file); err == nil {
		var before stamp
		if err := json.Unmarshal(text, &before); err == nil && before.SHA256 != "" {
			now.SHA256 = before.SHA256
			if now == before {
				return now.SHA256, nil
			}
		}
	}
	f, err := os.Open(library)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	now.SHA256 = hex.EncodeToString(sum.Sum(nil))
	text, err := json.Marshal(now)
	if err != nil {
		return "", err
	}
	if err := checkpoint.MakeFolder(folder); err != nil {
		return "", err
	}
	_ = checkpoint.WriteFile(file, func(w io.Writer) error { _, err := w.Write(text); return err })
	return now.SHA256, nil
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

func readProof(file string) (p Proof, ok bool) {
	text, err := os.ReadFile(file)
	return p, err == nil && json.Unmarshal(text, &p) == nil && (p.Wrong != "" || p.Train > 0)
}

// lockFile waits until no other process has the lock of a file.
func lockFile(path string) (unlock func(), err error) {
	if err := checkpoint.MakeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX); err != unix.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return func() { f.Close() }, nil
}

// proofFolder returns where this user's results are kept, "" where the user has no
// folder for such files.
func proofFolder() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "climate-vdm", "engines")
}
