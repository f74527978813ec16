package netcdf

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// childVariable is an environment variable that makes a program which links this package
// read files for the process that started it.
const childVariable = "CLIMATE_VDM_READS_NETCDF"

// request asks the child for one thing: to open or close a file, or to read values of a
// variable.
type request struct {
	File         int    // number of the file, which the parent gives
	Open         string // path to open
	Close        bool
	Variable     int     // place among the variables of the file
	Type         cf.Type // of the values as they should come; NoType asks for texts
	Start, Count []int
}

// answer is what comes back. Values follow it as they are in memory, or lie in the memory
// that both processes share.
type answer struct {
	Unknown    bool   // no file of the number is open
	Err        string // what went wrong
	Why        string // what is known of values that cannot be read
	Variables  []cf.Variable
	Attributes map[string]cf.Attribute
	Texts      []string
	Bytes      int  // number of bytes that follow
	Shared     bool // whether these lie in the shared memory instead
}

// This init does work, the only one in this package: it must run before main and in
// every program, notebook cells included, where no other place could call it.
func init() {
	if _, asked := os.LookupEnv(childVariable); !asked {
		return
	}
	// If a file makes the library take all memory, the system should end this process
	// and not its parent. Where this fails, nothing is lost.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // it ends when its parent does
	const requests, answers, values = 3, 4, 5
	serve(os.NewFile(requests, "requests"), os.NewFile(answers, "answers"), mapped(os.NewFile(values, "values")))
	os.Exit(0)
}

// serve answers requests until there are no more.
func serve(in io.Reader, out io.Writer, shared []byte) {
	runtime.LockOSThread() // see withLibrary
	from, to := bufio.NewReader(in), bufio.NewWriter(out)
	decode, encode := gob.NewDecoder(from), gob.NewEncoder(to)
	s := &server{files: map[int]*cf.Dataset{}, shared: shared}
	for {
		var q request
		if decode.Decode(&q) != nil {
			return
		}
		a, values := s.answer(&q)
		if encode.Encode(a) != nil {
			return
		}
		if _, err := to.Write(values); err != nil || to.Flush() != nil {
			return
		}
	}
}

// server has the open files of a child.
type server struct {
	files  map[int]*cf.Dataset
	buffer []uint64 // memory for values of any type
	shared []byte   // the same, of this process and its parent; nil where they share none
}

func (s *server) answer(q *request) (a answer, values []byte) {
	d := s.files[q.File]
	switch {
	case q.Open != "":
		d, err := openHere(q.Open)
		if err != nil {
			a.Err = err.Error()
			break
		}
		s.files[q.File] = d
		a.Attributes = d.Attributes
		for _, v := range d.Variables {
			plain := *v
			plain.Values = nil
			a.Variables = append(a.Variables, plain)
		}
	case q.Close:
		if d != nil {
			d.Close()
		}
		delete(s.files, q.File)
	case d == nil:
		a.Unknown = true
	case q.Type == cf.NoType:
		var err error
		if a.Texts, err = d.Variables[q.Variable].Values.Texts(); err != nil {
			a.Err = err.Error()
		}
	default:
		v, n := d.Variables[q.Variable].Values, 1
		for _, c := range q.Count {
			n *= c
		}
		dst := s.slice(q.Type, n)
		if err := v.Read(dst, q.Start, q.Count); err != nil {
			a.Err, a.Why = err.Error(), v.Why()
			break
		}
		_, values = bytesOf(dst)
		a.Bytes, a.Shared = len(values), s.shares(len(values))
		if a.Shared {
			values = nil
		}
	}
	return a, values
}

// slice returns memory for n values of a type, which the next call uses again.
func (s *server) slice(typ cf.Type, n int) any {
	switch typ {
	case cf.Byte:
		return reuse[int8](s, n)
	case cf.UByte:
		return reuse[uint8](s, n)
	case cf.Short:
		return reuse[int16](s, n)
	case cf.UShort:
		return reuse[uint16](s, n)
	case cf.Int:
		return reuse[int32](s, n)
	case cf.UInt:
		return reuse[uint32](s, n)
	case cf.Int64:
		return reuse[int64](s, n)
	case cf.UInt64:
		return reuse[uint64](s, n)
	case cf.Float:
		return reuse[float32](s, n)
	case cf.Double:
		return reuse[float64](s, n)
	}
	panic(fmt.Sprintf("netcdf: values of type %v", typ))
}

// shares reports whether a number of bytes passes through the shared memory.
func (s *server) shares(bytes int) bool { return bytes > 0 && bytes <= len(s.shared) }

func reuse[T number](s *server, n int) []T {
	if s.shares(n * int(unsafe.Sizeof(*new(T)))) {
		return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(s.shared))), n)
	}
	if words := (n*int(unsafe.Sizeof(*new(T))) + 7) / 8; len(s.buffer) < words {
		s.buffer = make([]uint64, words)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(s.buffer))), n)
}

// bytesOf returns the type of a slice of numbers and its memory.
func bytesOf(slice any) (cf.Type, []byte) {
	switch s := slice.(type) {
	case []int8:
		return cf.Byte, memory(s)
	case []uint8:
		return cf.UByte, s
	case []int16:
		return cf.Short, memory(s)
	case []uint16:
		return cf.UShort, memory(s)
	case []int32:
		return cf.Int, memory(s)
	case []uint32:
		return cf.UInt, memory(s)
	case []int64:
		return cf.Int64, memory(s)
	case []uint64:
		return cf.UInt64, memory(s)
	case []float32:
		return cf.Float, memory(s)
	case []float64:
		return cf.Double, memory(s)
	}
	return cf.NoType, nil
}

func memory[T number](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(*new(T))))
}
