package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
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

// atOnce is how many files are made durable at a time: the file system writes its journal
// once for all that wait for it, and not once for each of some thousand chunks.
const atOnce = 16

// syncTree makes all files and folders below a folder durable: the files first, then the
// folders that name them.
func syncTree(dir string) error {
	var files, folders []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			folders = append(folders, path)
		default:
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var failed [atOnce]error
	var all sync.WaitGroup
	for k := range failed {
		all.Go(func() {
			for i := k; i < len(files) && failed[k] == nil; i += atOnce {
				failed[k] = syncFile(files[i])
			}
		})
	}
	all.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		return err
	}
	for _, folder := range folders {
		if err := syncDir(folder); err != nil {
			return err
		}
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
