package transform

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Load returns the Spec that a text names, as [Parse] does, or that a file contains: the
// text is then "@" and the name of a file with the Spec as JSON. Transforms with many
// numbers, such as learnt ones, are handed on in files.
func Load(text string) (Spec, error) {
	path, file := strings.CutPrefix(text, "@")
	if !file {
		return Parse(text)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Spec{}, fmt.Errorf("transform: %w", err)
	}
	var s Spec
	if err := json.Unmarshal(b, &s); err != nil {
		return Spec{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
