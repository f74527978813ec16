package powercut

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// kind is what an operation does.
type kind int

const (
	write    kind = iota // bytes of a file
	resize               // the length of a file
	link                 // a new name
	unlink               // a name less
	move                 // one name becomes another
	exchange             // two names change their places
	sync                 // what a file or folder holds becomes safe
	promised             // the writer was told that something is safe
)

// name is an entry of a folder.
type name struct {
	dir  int
	base string
}

// operation is one change of the file system. Files and folders are numbers.
type operation struct {
	kind   kind
	node   int // what is written, resized, linked, moved or synced
	other  int // what an exchange moves to from
	at     int64
	data   []byte
	folder bool // of a new name: whether it is a folder's
	from   name // of unlink, move and exchange
	to     name // of link, move and exchange
}

func (o operation) String() string {
	entry := func(n name) string { return fmt.Sprintf("%d/%s", n.dir, n.base) }
	switch o.kind {
	case write:
		return fmt.Sprintf("write %d bytes at %d of file %d", len(o.data), o.at, o.node)
	case resize:
		return fmt.Sprintf("make file %d %d bytes long", o.node, o.at)
	case link:
		return fmt.Sprintf("name %d %s", o.node, entry(o.to))
	case unlink:
		return fmt.Sprintf("remove the name %s", entry(o.from))
	case move:
		return fmt.Sprintf("rename %d from %s to %s", o.node, entry(o.from), entry(o.to))
	case exchange:
		return fmt.Sprintf("exchange %s and %s", entry(o.from), entry(o.to))
	case sync:
		return fmt.Sprintf("sync %d", o.node)
	}
	return "promise"
}

// folders returns the folders that an operation on names touches.
func (o operation) folders() []int {
	switch o.kind {
	case link:
		return []int{o.to.dir}
	case unlink:
		return []int{o.from.dir}
	case move, exchange:
		return []int{o.from.dir, o.to.dir}
	}
	return nil
}

// disk is a tree of folders and files; node 0 is its root. A node is a folder if it has
// entries, which may be none, or else a file.
type disk struct {
	entries []map[string]int // of folders; nil for files
	content [][]byte         // of files
}

// readDisk returns the disk that a folder is.
func readDisk(dir string) (*disk, error) {
	d := &disk{}
	return d, d.read(dir)
}

func (d *disk) read(path string) error {
	node := d.add(true)
	list, err := os.ReadDir(path)
	for _, e := range list {
		below := filepath.Join(path, e.Name())
		d.entries[node][e.Name()] = len(d.entries)
		switch {
		case e.IsDir():
			err = d.read(below)
		case e.Type().IsRegular():
			d.content[d.add(false)], err = os.ReadFile(below)
		default:
			err = fmt.Errorf("%s is neither a file nor a folder", below)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// add returns a new, empty folder or file without a name.
func (d *disk) add(folder bool) int {
	d.content = append(d.content, nil)
	d.entries = append(d.entries, nil)
	if folder {
		d.entries[len(d.entries)-1] = map[string]int{}
	}
	return len(d.entries) - 1
}

func (d *disk) clone() *disk {
	c := &disk{content: slices.Clone(d.content)}
	for _, e := range d.entries {
		c.entries = append(c.entries, maps.Clone(e))
	}
	return c
}

// do changes the disk as an operation says. Contents are copied before they change: other
// disks may share them.
func (d *disk) do(o operation) {
	switch o.kind {
	case write:
		b := make([]byte, max(len(d.content[o.node]), int(o.at)+len(o.data)))
		copy(b, d.content[o.node])
		copy(b[o.at:], o.data)
		d.content[o.node] = b
	case resize:
		b := make([]byte, o.at)
		copy(b, d.content[o.node])
		d.content[o.node] = b
	case link:
		d.entries[o.to.dir][o.to.base] = o.node
	case unlink:
		delete(d.entries[o.from.dir], o.from.base)
	case move:
		delete(d.entries[o.from.dir], o.from.base)
		d.entries[o.to.dir][o.to.base] = o.node
	case exchange:
		d.entries[o.from.dir][o.from.base] = o.other
		d.entries[o.to.dir][o.to.base] = o.node
	}
}

// files returns the content of each file by its path below the root; folders end in a
// slash and are empty.
func (d *disk) files() map[string][]byte {
	all := map[string][]byte{}
	var walk func(node int, path string, above []int)
	walk = func(node int, path string, above []int) {
		for base, n := range d.entries[node] {
			switch below := path + base; {
			case d.entries[n] == nil:
				all[below] = d.content[n]
			case !slices.Contains(above, n): // no folder is below itself
				all[below+"/"] = nil
				walk(n, below+"/", append(slices.Clone(above), n))
			}
		}
	}
	walk(0, "", []int{0})
	return all
}

// put writes files, as [disk.files] returns them, to an empty folder.
func put(dir string, files map[string][]byte) error {
	for _, path := range slices.Sorted(maps.Keys(files)) {
		full := filepath.Join(dir, path)
		if path[len(path)-1] == '/' {
			if err := os.MkdirAll(full, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, files[path], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// paths returns the paths of all files below a folder.
func paths(dir string) (all []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path, err = filepath.Rel(dir, path)
			all = append(all, path)
		}
		return err
	})
	return all, err
}
