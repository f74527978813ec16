package cf

import (
	"slices"
	"strings"
)

// HistoryAfter returns the history of a file that is made of others: a line of its own, and
// below it what the others say of theirs, each once, as CF has it (section 2.6.2: the
// newest first). Use it for the global attribute history. Inputs that say nothing, or are
// no files of data, add nothing.
func HistoryAfter(line string, inputs ...string) string {
	all := []string{line}
	for _, path := range inputs {
		if h := historyOf(path); h != "" && !slices.Contains(all, h) {
			all = append(all, h)
		}
	}
	return strings.Join(all, "\n")
}

// historyOf returns the history that a file says of itself, "" for none.
func historyOf(path string) (text string) {
	if !IsData(path) {
		return ""
	}
	format, err := formatOf(path)
	if err != nil {
		return "" // whoever reads it for its values says why
	}
	_ = format.with(path, func(d *dataset) error {
		text = strings.TrimSpace(d.globals["history"].Text)
		return nil
	})
	return text
}
