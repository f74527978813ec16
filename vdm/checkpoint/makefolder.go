package checkpoint

import (
	"os"
	"path/filepath"
)

// MakeFolder makes a folder that does not exist, and those above it, and makes their names
// durable: what is synced below it later is lost with none of them in a power cut.
func MakeFolder(path string) error {
	path = filepath.Clean(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := MakeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		if info, now := os.Stat(path); now != nil || !info.IsDir() { // another process may have made it
			return err
		}
	}
	return syncDir(parent)
}
