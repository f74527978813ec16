package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Snapshot contains everything that is saved at one step.
type Snapshot struct {
	Step    int64               // not negative; snapshots of a directory are ordered by it
	Tensors map[string][]Tensor // file stem ("weights", "ema", "optimizer") → its tensors
	Blobs   map[string][]byte   // file name ("config.yaml") → its bytes
	// Metadata are short facts about the snapshot, kept in snapshot.json.
	Metadata map[string]string
}

func stepName(step int64) string { return fmt.Sprintf("%s%09d", stepPrefix, step) }

// parseStepName returns the step of a name, the inverse of stepName; other names, such
// as step-1, are no snapshots.
func parseStepName(name string) (int64, bool) {
	digits, ok := strings.CutPrefix(name, stepPrefix)
	if !ok {
		return 0, false
	}
	step, err := strconv.ParseInt(digits, 10, 64)
	return step, err == nil && step >= 0 && stepName(step) == name
}

// List returns the steps of the snapshots under dir, ascending, by their names alone: a
// damaged one is listed too. A directory that does not exist has none.
func List(dir string) ([]int64, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var steps []int64
	for _, e := range entries {
		if step, ok := parseStepName(e.Name()); ok && e.IsDir() {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps, nil
}

// Path returns the folder of the snapshot of a step under dir.
func Path(dir string, step int64) string { return filepath.Join(dir, stepName(step)) }

var plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

// Validate checks the step and the names of files, and that no two share a name.
func (s *Snapshot) Validate() error {
	if s.Step < 0 {
		return fmt.Errorf("snapshot step %d: expected 0 or more", s.Step)
	}
	for stem := range s.Tensors {
		if !plainName.MatchString(stem) {
			return fmt.Errorf("snapshot tensors %q: expected a file stem of letters, digits, '.', '_' and '-'", stem)
		}
	}
	for name := range s.Blobs {
		switch {
		case !plainName.MatchString(name):
			return fmt.Errorf("snapshot file %q: expected a file name of letters, digits, '.', '_' and '-'", name)
		case name == manifestName || name == indexName || strings.HasSuffix(name, safetensorsTail):
			return fmt.Errorf("snapshot file %q: this name is reserved", name)
		}
	}
	return nil
}

// index is the file snapshot.json. It lists the other files, so that a line
// missing from the manifest is noticed.
type index struct {
	Format   int               `json:"format"`
	Step     int64             `json:"step"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Files    map[string]int64  `json:"files"` // name → bytes
}

func (x index) encode() ([]byte, error) {
	b, err := json.MarshalIndent(x, "", "  ")
	return append(b, '\n'), err
}

// sums maps file names to their SHA-256.
type sums map[string][sha256.Size]byte

func (s sums) encode() []byte {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s)) {
		sum := s[name]
		fmt.Fprintf(&b, "%x  %s\n", sum, name)
	}
	return []byte(b.String())
}

func parseSums(b []byte) (sums, error) {
	s := sums{}
	for i, line := range strings.SplitAfter(string(b), "\n") {
		if line == "" {
			continue // after the last line
		}
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		raw, err := hex.DecodeString(sum)
		if !ok || err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != sum || !strings.HasSuffix(line, "\n") || !plainName.MatchString(strings.TrimSuffix(name, safetensorsTail)) {
			return nil, fmt.Errorf("line %d: expected a check sum, two spaces and a file name", i+1)
		}
		if _, twice := s[name]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", i+1, name)
		}
		s[name] = [sha256.Size]byte(raw)
	}
	return s, nil
}
