package powercut

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// promiseName is the name of a file that never exists: a writer that looks for it tells
// the recorder about a promise.
const promiseName = ".powercut-promise"

// recorder turns system calls below a folder into operations. Its disk is the folder as it
// is now.
type recorder struct {
	root string
	now  *disk
	all  []operation
	err  error // the first call that was not understood
	open map[int]entered
}

// entered is a call that has begun in a thread.
type entered struct {
	call   uint64
	args   [6]uint64
	node   int // of a file descriptor or of a path; -1 where outside of the folder or none
	from   name
	to     name
	inside bool // whether from, or to, is below the folder
}

// enter is called when a thread begins a system call.
func (r *recorder) enter(pid int, call uint64, args [6]uint64) {
	e := entered{call: call, args: args, node: -1}
	switch c := known(call); c.does {
	case nothing:
		return
	case opens, makes, removes, looks:
		e.from, e.node, e.inside = r.resolve(pid, c.dir(args, 0), args[c.path])
	case renames:
		var from, to bool
		e.from, e.node, from = r.resolve(pid, c.dir(args, 0), args[c.path])
		e.to, _, to = r.resolve(pid, c.dir(args, 2), args[c.second])
		e.inside = from || to
		if from != to {
			r.fail("a rename into or out of the folder")
		}
	case links:
		_, _, e.inside = r.resolve(pid, c.dir(args, 2), args[c.second])
	default: // of a file descriptor
		fd := args[c.path]
		if c.does == mapped && int32(fd) < 0 {
			return
		}
		e.node, e.inside = r.descriptor(pid, int(int32(fd)))
	}
	if e.inside {
		r.open[pid] = e
	}
}

// leave is called when a thread's system call has returned.
func (r *recorder) leave(pid int, result int64, failed bool) {
	e, ok := r.open[pid]
	delete(r.open, pid)
	if !ok {
		return
	}
	c := known(e.call)
	if c.does == looks && e.from.base == promiseName {
		r.all = append(r.all, operation{kind: promised})
	}
	if failed {
		return
	}
	switch c.does {
	case opens:
		flags := e.args[c.path+1]
		switch {
		case flags&unix.O_CREAT != 0 && e.node < 0:
			r.do(operation{kind: link, node: r.now.add(false), to: e.from})
		case flags&unix.O_TRUNC != 0 && e.node >= 0 && len(r.now.content[e.node]) > 0:
			r.do(operation{kind: resize, node: e.node})
		}
	case makes:
		r.do(operation{kind: link, node: r.now.add(true), to: e.from, folder: true})
	case removes:
		r.do(operation{kind: unlink, from: e.from})
	case renames:
		o := operation{kind: move, node: e.node, from: e.from, to: e.to}
		if c.flags > 0 && e.args[c.flags]&unix.RENAME_EXCHANGE != 0 {
			o.kind, o.other = exchange, r.now.entries[e.to.dir][e.to.base]
		}
		r.do(o)
	case links:
		r.fail("a link")
	case resizes:
		var st unix.Stat_t
		if err := unix.Stat(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(e.args[0])), &st); err != nil {
			r.fail(err.Error())
			return
		}
		if int(st.Size) != len(r.now.content[e.node]) {
			r.do(operation{kind: resize, node: e.node, at: st.Size})
		}
	case syncs:
		r.do(operation{kind: sync, node: e.node})
	case mapped:
		if e.args[2]&unix.PROT_WRITE != 0 && e.args[3]&unix.MAP_SHARED != 0 {
			r.fail("a file that is written through a mapping")
		}
	case writes:
		if result > 0 {
			r.write(pid, e, c, result)
		}
	}
}

// write records bytes that were written; they are read from the file.
func (r *recorder) write(pid int, e entered, c call, n int64) {
	fd := int(int32(e.args[c.path]))
	at := int64(e.args[3])
	if !c.placed { // the file's own position, which is now behind the bytes
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, fd))
		_, after, _ := strings.Cut(string(text), "pos:")
		field := strings.Fields(after)
		if err != nil || len(field) == 0 {
			r.fail("no position of a file that was written")
			return
		}
		position, _ := strconv.ParseInt(field[0], 10, 64)
		at = position - n
	}
	f, err := os.Open(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
	if err != nil {
		r.fail(err.Error())
		return
	}
	defer f.Close()
	data := make([]byte, n)
	if _, err := f.ReadAt(data, at); err != nil {
		r.fail("reading what was written: " + err.Error())
		return
	}
	r.do(operation{kind: write, node: e.node, at: at, data: data})
}

func (r *recorder) do(o operation) {
	r.all = append(r.all, o)
	if o.kind != sync {
		r.now.do(o)
	}
}

func (r *recorder) fail(what string) {
	if r.err == nil {
		r.err = errors.New(what + ": the recorder does not know what a power cut does to it")
	}
}

// resolve returns the name that a path of a traced process means, and what has the name
// now, -1 where nothing has. inside is false for names outside of the folder.
func (r *recorder) resolve(pid, dirfd int, address uint64) (n name, node int, inside bool) {
	path, err := text(pid, address)
	if err != nil {
		r.fail("reading a path: " + err.Error())
		return n, -1, false
	}
	if !filepath.IsAbs(path) {
		base := fmt.Sprintf("/proc/%d/cwd", pid)
		if dirfd != unix.AT_FDCWD {
			base = fmt.Sprintf("/proc/%d/fd/%d", pid, dirfd)
		}
		folder, err := os.Readlink(base)
		if err != nil {
			return n, -1, false
		}
		path = filepath.Join(folder, path)
	}
	return r.find(filepath.Clean(path))
}

func (r *recorder) find(path string) (n name, node int, inside bool) {
	rest, below := strings.CutPrefix(path, r.root)
	if !below || rest != "" && rest[0] != '/' {
		return n, -1, false
	}
	if rest == "" {
		return name{}, 0, true
	}
	parts := strings.Split(rest[1:], "/")
	for _, p := range parts[:len(parts)-1] {
		next, ok := r.now.entries[n.dir][p]
		if !ok || r.now.entries[next] == nil {
			return n, -1, false
		}
		n.dir = next
	}
	n.base = parts[len(parts)-1]
	node, ok := r.now.entries[n.dir][n.base]
	if !ok {
		node = -1
	}
	return n, node, true
}

// descriptor returns the file or folder of a file descriptor. A file whose name was
// removed is lost at a cut, and not of interest.
func (r *recorder) descriptor(pid, fd int) (node int, inside bool) {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
	if err != nil || !strings.HasPrefix(path, r.root) || strings.HasSuffix(path, " (deleted)") {
		return -1, false
	}
	_, node, inside = r.find(path)
	return node, inside && node >= 0
}

// text returns the string at an address of a process.
func text(pid int, address uint64) (string, error) {
	var all []byte
	for len(all) < unix.PathMax {
		// Up to the end of the page: the next one may not exist.
		b := make([]byte, 4096-int((address+uint64(len(all)))%4096))
		n, err := unix.ProcessVMReadv(pid, []unix.Iovec{{Base: &b[0], Len: uint64(len(b))}},
			[]unix.RemoteIovec{{Base: uintptr(address) + uintptr(len(all)), Len: len(b)}}, 0)
		if err != nil {
			return "", err
		}
		if end := slices.Index(b[:n], 0); end >= 0 {
			return string(append(all, b[:end]...)), nil
		}
		all = append(all, b[:n]...)
	}
	return "", errors.New("a path without an end")
}
