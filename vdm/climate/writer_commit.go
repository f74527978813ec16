package climate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// Close releases the folder. Data that are not committed stay, so that another writer
// can continue.
func (w *PreparedWriter) Close() error {
	var err error
	if w.file != nil {
		w.mu.Lock()
		if w.log != nil {
			err = w.flush()
		}
		w.mu.Unlock()
		err = errors.Join(err, w.file.Close())
	}
	err = errors.Join(err, w.log.close())
	if w.release != nil {
		err = errors.Join(err, w.release())
	}
	w.file, w.log, w.release = nil, nil, nil
	return err
}

// Discard removes the data that are not committed and releases the folder.
func (w *PreparedWriter) Discard() error {
	if w.file != nil && filepath.Base(w.file.Name()) != partialName && !w.complete && (w.previous == nil || w.previous.Data != filepath.Base(w.file.Name())) {
		os.Remove(w.file.Name())
	}
	return errors.Join(w.discard(), w.Close())
}

// discard removes the journal first, because values without a journal are ignored.
func (w *PreparedWriter) discard() error {
	err := w.log.close()
	w.pending = nil
	if w.log != nil && w.log.SHA256 != "" && !w.complete { // the file may have got its name already
		if name := dataName(w.log.SHA256); w.previous == nil || w.previous.Data != name {
			err = errors.Join(err, checkpoint.RemoveIfThere(filepath.Join(w.dir, name)))
		}
	}
	w.log = nil
	return errors.Join(err, checkpoint.RemoveIfThere(filepath.Join(w.dir, journalName)), checkpoint.RemoveIfThere(filepath.Join(w.dir, partialName)))
}

// flush makes the parts that are finished durable: first their values, then the journal
// that names them.
func (w *PreparedWriter) flush() error {
	if len(w.pending) == 0 {
		return nil
	}
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("writing prepared data: %w", err)
	}
	if err := w.log.add(w.pending...); err != nil {
		return err
	}
	w.pending, w.synced = nil, time.Now()
	return nil
}
