package netcdf

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// errTruncated is wrapped by checkFile's error where a file ends too early.
var errTruncated = errors.New("file is truncated")

// checkFile refuses, without the C library, files that certainly are no readable NetCDF:
// absent, empty, of another format, or shorter than its own header says. The last check
// is important: libnetcdf reads on beyond the end of a classic file and returns zeros or
// worse, without an error.
func checkFile(path string) error {
	if err := climate.Unread(path); err != nil {
		return err
	}
	info, err := os.Stat(path) // also keeps addresses of data servers from the C library
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	if info.Size() == 0 {
		return fmt.Errorf("%s is empty (0 bytes), not a NetCDF file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, 512)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	head = head[:n]
	if len(head) >= 4 && string(head[:3]) == "CDF" && (head[3] == 1 || head[3] == 2 || head[3] == 5) {
		if err := checkClassic(file, info.Size()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}
	if isHDF5(file, info.Size()) {
		return nil
	}
	if what := cf.OtherFormat(path, head); what != "" {
		return fmt.Errorf("%s is not a NetCDF file: %s", path, what)
	}
	head = head[:min(8, len(head))]
	return fmt.Errorf("%s is not a NetCDF file: it begins with %q, expected \"CDF\" (classic) or \"\\x89HDF\" (NetCDF-4)", path, head)
}

// isHDF5 reports whether the signature occurs where the format allows it: at 0, 512 and
// every doubling.
func isHDF5(r io.ReaderAt, size int64) bool {
	signature := []byte("\x89HDF\r\n\x1a\n")
	got := make([]byte, len(signature))
	for at := int64(0); at+int64(len(got)) <= size; at = max(512, 2*at) {
		if _, err := r.ReadAt(got, at); err == nil && bytes.Equal(got, signature) {
			return true
		}
	}
	return false
}

// checkClassic reads the header of a classic file (CDF-1, -2 or -5; NetCDF User
// Guide, appendix "File Format Specifications") and compares the file's size
// with the end of its last variable.
func checkClassic(r io.ReaderAt, size int64) error {
	h := &classicHeader{r: bufio.NewReader(io.NewSectionReader(r, 0, size))}
	end, err := h.end()
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: its %d bytes end within the header", errTruncated, size)
	case err != nil:
		return fmt.Errorf("not a readable NetCDF header: %w", err)
	case end > size:
		return fmt.Errorf("%w: it has %d bytes, its header calls for %d", errTruncated, size, end)
	}
	return nil
}

type classicHeader struct {
	r       *bufio.Reader
	version byte
	err     error
}

// These are the tags of the header's lists.
const (
	tagDimensions = 0x0A
	tagVariables  = 0x0B
	tagAttributes = 0x0C
)

// classicSizes lists the bytes of a value by NetCDF type number.
var classicSizes = map[int64]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}

// largest bounds sizes, far from overflow.
const largest = int64(1) << 60

// end returns the smallest size that a file with this header can have.
func (h *classicHeader) end() (int64, error) {
	magic := make([]byte, 4)
	if _, err := io.ReadFull(h.r, magic); err != nil {
		return 0, err
	}
	h.version = magic[3]
	records := h.count()
	streaming := records == 0xFFFFFFFF && h.version != 5 || h.version == 5 && records == -1 // the writer did not know the number

	var dims []int64
	for range h.list(tagDimensions) {
		h.name()
		dims = append(dims, h.count())
	}
	h.attributes()
	var end, recordSize, lastRecordBegin, lastRecordBytes, recordVariables, unpadded int64
	for range h.list(tagVariables) {
		h.name()
		bytes, isRecord := int64(1), false
		for k := range h.rank() {
			id := h.count()
			if h.err == nil && (id < 0 || id >= int64(len(dims))) {
				return 0, fmt.Errorf("a variable uses dimension %d of %d", id, len(dims))
			}
			if h.err != nil {
				return 0, h.err
			}
			if length := dims[id]; length > 0 {
				if bytes > largest/length {
					return 0, fmt.Errorf("a variable is larger than any file")
				}
				bytes *= length
			} else if k == 0 {
				isRecord = true
			} else if length < 0 {
				return 0, fmt.Errorf("dimension %d has the length %d", id, length)
			}
		}
		h.attributes()
		width, ok := classicSizes[h.int32()]
		if h.err == nil && !ok {
			return 0, fmt.Errorf("a variable has an unknown type")
		}
		h.count() // the stored size; it is wrong by design for large variables
		begin := h.offset()
		if h.err != nil {
			return 0, h.err
		}
		if begin < 0 || begin > largest || bytes > largest/8 {
			return 0, fmt.Errorf("a variable begins at byte %d", begin)
		}
		bytes *= width
		if !isRecord {
			end = max(end, begin+bytes)
			continue
		}
		recordVariables++
		unpadded = bytes
		recordSize += (bytes + 3) / 4 * 4
		if begin >= lastRecordBegin {
			lastRecordBegin, lastRecordBytes = begin, bytes
		}
	}
	if h.err != nil {
		return 0, h.err
	}
	if recordVariables == 1 {
		recordSize = unpadded // a lone record variable is not padded
	}
	if recordVariables > 0 && records > 0 && !streaming {
		if recordSize > 0 && records > largest/recordSize {
			return 0, fmt.Errorf("%d records of %d bytes are larger than any file", records, recordSize)
		}
		end = max(end, lastRecordBegin+(records-1)*recordSize+lastRecordBytes)
	}
	return end, nil
}

// list reads the head of a list and returns its length.
func (h *classicHeader) list(tag int64) func(func(int64) bool) {
	got, n := h.int32(), h.count()
	if h.err == nil && n != 0 && got != tag {
		h.err = fmt.Errorf("a list has the tag %#x, expected %#x", got, tag)
	}
	return h.times(n)
}

// rank returns the number of dimensions of a variable.
func (h *classicHeader) rank() func(func(int64) bool) {
	n := h.count()
	const most = 1024 // NC_MAX_VAR_DIMS
	if h.err == nil && n > most {
		h.err = fmt.Errorf("a variable has %d dimensions, more than %d", n, most)
	}
	return h.times(n)
}

// times yields 0…n−1 until an error.
func (h *classicHeader) times(n int64) func(func(int64) bool) {
	return func(yield func(int64) bool) {
		for i := int64(0); i < n && h.err == nil; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func (h *classicHeader) attributes() {
	for range h.list(tagAttributes) {
		h.name()
		size, ok := classicSizes[h.int32()]
		if h.err == nil && !ok {
			h.err = fmt.Errorf("an attribute has an unknown type")
			return
		}
		h.skip(h.count(), size)
	}
}

func (h *classicHeader) name() { h.skip(h.count(), 1) }

// skip skips n values, padded to four bytes.
func (h *classicHeader) skip(n, size int64) {
	const most = 1 << 31
	if h.err == nil && (n < 0 || n > most) {
		h.err = fmt.Errorf("a name or attribute has the length %d", n)
	}
	if h.err != nil {
		return
	}
	_, h.err = h.r.Discard(int((n*size + 3) / 4 * 4))
}

func (h *classicHeader) int32() int64 {
	var b [4]byte
	if h.err == nil {
		_, h.err = io.ReadFull(h.r, b[:])
	}
	return int64(binary.BigEndian.Uint32(b[:]))
}

func (h *classicHeader) int64() int64 {
	hi, lo := h.int32(), h.int32()
	return hi<<32 | lo
}

// count returns a length or index: 32 bits, 64 in CDF-5.
func (h *classicHeader) count() int64 {
	if h.version == 5 {
		return h.int64()
	}
	return h.int32()
}

// offset returns a place in the file: 64 bits since CDF-2.
func (h *classicHeader) offset() int64 {
	if h.version == 1 {
		return h.int32()
	}
	return h.int64()
}
