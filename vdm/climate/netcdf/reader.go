package netcdf

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// reader is a child process that reads files for this one, since the C library can end
// the process, or never return, on a malformed file. One child serves all files, one
// request after another; it ends some seconds after the last file was closed, and with
// this process. After a crash the next request starts another.
type reader struct {
	command  func() (*exec.Cmd, error)
	patience time.Duration // for which a child without files stays
	mu       sync.Mutex
	child    *child      // nil while none runs
	files    int         // number of files that are open
	numbers  int         // given to files so far
	idle     *time.Timer // ends the child
}

// file is a file that the reader has opened.
type file struct {
	path   string
	number int
	limit  time.Duration // for one request
}

// theReader is the reader of this process.
var theReader = &reader{command: childCommand, patience: 3 * time.Second}

// child is a running process, and the pipes to and from it.
type child struct {
	process *exec.Cmd
	pipes   [2]io.Closer
	to      *bufio.Writer
	from    *bufio.Reader
	encode  *gob.Encoder
	decode  *gob.Decoder
	shared  []byte    // memory of both processes, nil where there is none
	trouble beginning // of what it wrote on standard error
}

// beginning keeps the first bytes that are written to it.
type beginning struct{ text []byte }

func (b *beginning) Write(p []byte) (int, error) {
	const most = 4096
	b.text = append(b.text, p[:min(len(p), most-len(b.text))]...)
	return len(p), nil
}

// childCommand returns a command that runs this program again. On Linux /proc/self/exe
// is the program even when its file was replaced or removed, as go run and notebooks do.
func childCommand() (*exec.Cmd, error) {
	program := "/proc/self/exe"
	if runtime.GOOS != "linux" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	c := exec.Command(program)
	c.Env = append(os.Environ(), childVariable+"=1", "GOTRACEBACK=none", "GOMAXPROCS=1")
	return c, nil
}

// start starts a child with two pipes of its own, as other packages of the program may
// print when they are initialised.
func (r *reader) start() error {
	process, err := r.command()
	if err != nil {
		return err
	}
	requests, in, err := os.Pipe()
	if err != nil {
		return err
	}
	answers, out, err := os.Pipe()
	if err != nil {
		return errors.Join(err, requests.Close(), in.Close())
	}
	enlarge(out)
	c := &child{process: process, pipes: [2]io.Closer{in, answers}, to: bufio.NewWriter(in), from: bufio.NewReader(answers)}
	c.encode, c.decode = gob.NewEncoder(c.to), gob.NewDecoder(c.from)
	process.ExtraFiles, process.Stderr, process.WaitDelay = []*os.File{requests, out}, &c.trouble, time.Second
	var values *os.File
	if c.shared, values = share(); values != nil {
		process.ExtraFiles = append(process.ExtraFiles, values)
		defer values.Close()
	}
	err = process.Start()
	requests.Close()
	out.Close()
	if err != nil {
		unmap(c.shared)
		return errors.Join(err, in.Close(), answers.Close())
	}
	r.child = c
	return nil
}

// exchange sends a request and receives the answer, and the values that belong to it.
func (c *child) exchange(q *request, values []byte) (a answer, err error) {
	if err := errors.Join(c.encode.Encode(q), c.to.Flush()); err != nil {
		return a, err
	}
	if err := c.decode.Decode(&a); err != nil {
		return a, err
	}
	if a.Err != "" || a.Unknown {
		return a, nil
	}
	if a.Bytes != len(values) {
		return a, fmt.Errorf("%d bytes came, not %d", a.Bytes, len(values))
	}
	if a.Shared {
		if copy(values, c.shared) != len(values) {
			return a, fmt.Errorf("%d bytes do not fit in the shared memory", len(values))
		}
		return a, nil
	}
	_, err = io.ReadFull(c.from, values)
	return a, err
}

// end ends the child, which does so when it has no more requests to read, and returns
// how it ended.
func (r *reader) end() (c *child, err error) {
	c, r.child = r.child, nil
	unmap(c.shared)
	c.shared = nil
	for _, p := range c.pipes {
		p.Close()
	}
	const patience = 5 * time.Second
	clock := time.AfterFunc(patience, func() { _ = c.process.Process.Kill() })
	defer clock.Stop()
	return c, c.process.Wait()
}

// ask asks for something of an open file. An error that the child answers is in the
// answer; the error that is returned says that the child crashed or was too slow.
func (r *reader) ask(f *file, q *request, values []byte) (answer, error) {
	q.File = f.number
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		fresh := r.child == nil
		if fresh {
			if err := r.start(); err != nil {
				return answer{}, fmt.Errorf("%s: cannot start a process to read it: %w", f.path, err)
			}
		}
		var late atomic.Bool
		process := r.child.process.Process
		clock := time.AfterFunc(f.limit, func() {
			late.Store(true)
			_ = process.Kill() // it may have ended
		})
		a, err := r.child.exchange(q, values)
		if err == nil && a.Unknown { // it was opened in a child that has ended
			if a, err = r.child.exchange(&request{File: f.number, Open: f.path}, nil); err == nil && a.Err == "" {
				a, err = r.child.exchange(q, values)
			}
		}
		clock.Stop()
		if err == nil {
			return a, nil
		}
		c, how := r.end()
		switch {
		case late.Load():
			return a, fmt.Errorf("%s: the NetCDF library did not finish reading it in %v; it is damaged", f.path, f.limit)
		case fresh:
			if how == nil {
				how = errors.New("no answer came")
			}
			first, _, _ := strings.Cut(strings.TrimSpace(string(c.trouble.text)), "\n")
			const longest = 200
			return a, fmt.Errorf("%s: the NetCDF library crashed while reading it (%v: %.*s); it is damaged or made to do harm", f.path, how, longest, first)
		}
		// The child may have been ended while it was idle, or by another file: a fresh one
		// decides whether it is the fault of this file.
	}
}

// keep counts a file that is open.
func (r *reader) keep() (number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.idle != nil {
		r.idle.Stop()
	}
	r.files++
	r.numbers++
	return r.numbers
}

// release counts a file that is closed. Some seconds after the last one the child ends.
func (r *reader) release(number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.child != nil { // an error would be that it has ended, which the next request meets
		_, _ = r.child.exchange(&request{File: number, Close: true}, nil)
	}
	if r.files--; r.files == 0 {
		r.idle = time.AfterFunc(r.patience, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.files == 0 && r.child != nil {
				_, _ = r.end()
			}
		})
	}
}
