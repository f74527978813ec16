package climate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

const (
	journalFormat  = "climate-vdm preparation"
	journalVersion = 1
)

// journal is the list of finished parts of prepared data: one JSON object a line,
// appended and synced one by one. An incomplete line of a killed process does not count.
type journal struct {
	journalHead
	SHA256 string // of the whole data, once all are written
	parts  map[int]journalEntry
	file   *os.File
}

// journalHead is the first line of a journal.
type journalHead struct {
	Format  string   `json:"format"`
	Version int      `json:"version"`
	Digest  string   `json:"digest"` // of the header of the data
	Recipe  []string `json:"recipe"`
}

// journalEntry is any other line of a journal: a finished part, or the checksum.
type journalEntry struct {
	Part   *int       `json:"part,omitempty"`
	Source Source     `json:"source,omitzero"`
	Notes  [][]string `json:"notes,omitempty"`
	SHA256 string     `json:"sha256,omitempty"`
}

// openJournal reads a journal and opens it for more entries. It returns nil where there
// is none with a complete first line of this version.
func openJournal(path string) (*journal, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j, whole := parseJournal(text)
	if j == nil {
		return nil, os.Remove(path)
	}
	if j.file, err = os.OpenFile(path, os.O_WRONLY, 0); err != nil {
		return nil, err
	}
	if err = j.file.Truncate(int64(whole)); err == nil {
		_, err = j.file.Seek(int64(whole), io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, j.file.Close())
	}
	return j, nil
}

// parseJournal reads the lines up to the first incomplete one, and returns how many
// bytes they take.
func parseJournal(text []byte) (j *journal, whole int) {
	line := func() ([]byte, bool) {
		end := bytes.IndexByte(text[whole:], '\n')
		if end < 0 {
			return nil, false
		}
		return text[whole : whole+end], true
	}
	head, ok := line()
	j = &journal{parts: map[int]journalEntry{}}
	if !ok || json.Unmarshal(head, &j.journalHead) != nil || j.Format != journalFormat || j.Version != journalVersion {
		return nil, 0
	}
	whole += len(head) + 1
	for {
		text, ok := line()
		var e journalEntry
		if !ok || json.Unmarshal(text, &e) != nil {
			return j, whole
		}
		whole += len(text) + 1
		j.take(e)
	}
}

func (j *journal) take(e journalEntry) {
	if e.Part != nil {
		j.parts[*e.Part] = e
	}
	j.SHA256 = e.SHA256 // a part that is written again invalidates an older checksum
}

func createJournal(path, digest string, recipe []string) (*journal, error) {
	j := &journal{journalHead: journalHead{journalFormat, journalVersion, digest, recipe}, parts: map[int]journalEntry{}}
	var err error
	if j.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644); err != nil {
		return nil, err
	}
	if err := j.line(j.journalHead); err != nil {
		return nil, errors.Join(err, j.file.Close(), os.Remove(path))
	}
	return j, nil
}

// add appends entries.
func (j *journal) add(entries ...journalEntry) error {
	lines := make([]any, len(entries))
	for i, e := range entries {
		lines[i] = e
	}
	if err := j.line(lines...); err != nil {
		return err
	}
	for _, e := range entries {
		j.take(e)
	}
	return nil
}

// line appends a line of JSON for each value, and syncs.
func (j *journal) line(values ...any) error {
	w := bufio.NewWriter(j.file)
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		w.Write(text)
		w.WriteByte('\n')
	}
	if err := errors.Join(w.Flush(), j.file.Sync()); err != nil {
		return fmt.Errorf("journal of the preparation: %w", err)
	}
	return nil
}

// close may be called on a nil journal, and twice.
func (j *journal) close() error {
	if j == nil || j.file == nil {
		return nil
	}
	file := j.file
	j.file = nil
	return file.Close()
}
