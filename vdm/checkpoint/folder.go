package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// PublishFolder gives a folder that is complete its final name, in the same folder: it
// syncs what is in it, takes the name, and removes the folder that had the name before.
// So the name stands for the old folder or for all of the new one.
func PublishFolder(temporary, path string) error {
	if err := syncTree(temporary); err != nil {
		return err
	}
	replaced, err := publish(osDisk{}, temporary, path)
	if err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(path)); err != nil || replaced == "" {
		return err
	}
	return os.RemoveAll(replaced)
}

// syncTree makes all files and folders below a folder durable.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return syncDir(path)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}
