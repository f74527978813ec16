package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// partial is added to the name of a file while it is written. The name is the same each
// time, so that killed processes leave no more than one such file, which the next writer
// replaces.
const partial = ".part"

// WriteFile writes a file so that path always has either its old content or all of the
// new: write writes to path + ".part", which [Publish] then renames. After an error the
// old file is as it was and the partial one is removed.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	temporary := path + partial
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", path, errors.Join(err, RemoveIfThere(temporary)))
		}
	}()
	buffered := bufio.NewWriter(f)
	err = write(buffered)
	if err = errors.Join(err, buffered.Flush(), f.Close()); err != nil {
		return err
	}
	return Publish(temporary, path)
}

// WriteBytes writes content by [WriteFile].
func WriteBytes(path string, content []byte) error {
	return WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// Publish gives a complete and closed file its final name, in the same folder: it syncs
// the file, renames it and syncs the folder, so that neither the end of the process nor
// a power cut leaves an incomplete file under the final name.
func Publish(temporary, path string) error {
	f, err := os.OpenFile(temporary, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// RemovePartial removes the temporary file that a killed [WriteFile] of path may have
// left.
func RemovePartial(path string) error { return RemoveIfThere(path + partial) }

// RemoveIfThere removes a file; it is no error if the file does not exist.
func RemoveIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Remove removes a file that may not exist, durably: after a power cut it does not come
// back beside what was written later.
func Remove(path string) error {
	if err := RemoveIfThere(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
