package netcdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func contents(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNotNetCDF(t *testing.T) {
	for name, c := range map[string]struct {
		content []byte
		say     string
	}{
		"empty":   {nil, "is empty"},
		"text":    {[]byte("time,rain\n0,1\n"), "not a NetCDF file"},
		"short":   {[]byte("C"), "not a NetCDF file"},
		"zip":     {[]byte("PK\x03\x04rest of it"), "not a NetCDF file"},
		"classic": {[]byte("CDF\x01"), "truncated"},
		"magic":   {append([]byte("\x89HDF\r\n\x1a\n"), make([]byte, 100)...), "cannot open"},
		"binary":  {append([]byte("CDF\x02"), []byte(strings.Repeat("\xff\x00\x7f", 99))...), "header"},
	} {
		path := write(t, name+".nc", c.content)
		for what, err := range map[string]error{
			"open":    second(open(path)),
			"Read":    second(Read(path, ReadOptions{})),
			"Inspect": second(Inspect(path)),
		} {
			if err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s of %s: error %v, want one with %q and the path", what, name, err, c.say)
			}
		}
	}
	if _, err := open(filepath.Join(t.TempDir(), "absent.nc")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	if _, err := open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "folder without data files") {
		t.Errorf("a folder: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// The library itself reads many of these without an error, and returns zeros or
// garbage.
func TestTruncatedClassic(t *testing.T) {
	good := contents(t, made(t, "fills")) // CDF-1, fixed dimensions
	for n := 0; n < len(good); n++ {
		// The last value may be followed by padding that no reader needs.
		err := checkFile(write(t, "cut.nc", good[:n]))
		if err == nil {
			t.Fatalf("%d of %d bytes are accepted", n, len(good))
		}
		if n >= 4 && !errors.Is(err, errTruncated) {
			t.Fatalf("%d of %d bytes: %v", n, len(good), err)
		}
	}
	if err := checkFile(write(t, "whole.nc", good)); err != nil {
		t.Error(err)
	}
}

func TestTruncatedHDF5(t *testing.T) {
	good := contents(t, made(t, "ukcp"))
	for _, n := range []int{8, 9, 64, 100, 512, 1000, 3000, len(good) / 2, len(good) - 1000, len(good) - 1} {
		path := write(t, "cut.nc", good[:n])
		if err := second(Read(path, ReadOptions{})); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%d of %d bytes: %v", n, len(good), err)
		}
	}
}

func TestTruncatedStageIV(t *testing.T) {
	good := contents(t, stageIV(t))
	for _, n := range []int{100, 5000, 6000, len(good) / 2, len(good) - 4, len(good) - 1} {
		path := write(t, "cut.nc", good[:n])
		if err := second(Read(path, ReadOptions{})); !errors.Is(err, errTruncated) || !strings.Contains(err.Error(), path) {
			t.Errorf("%d of %d bytes: %v", n, len(good), err)
		}
	}
}

// Bytes changed at random, mostly in the header: every file is either read or
// refused, and this process lives on.
func TestAlteredBytes(t *testing.T) {
	for _, name := range []string{"fills", "ukcp"} {
		good := contents(t, made(t, name))
		r := rand.New(rand.NewPCG(1, 2))
		for k := range 12 {
			bad := append([]byte(nil), good...)
			for range 1 + k {
				bad[8+r.IntN(min(len(bad), 4000)-8)] ^= byte(1 + r.IntN(255))
			}
			path := write(t, fmt.Sprint(name, k, ".nc"), bad)
			if err := second(Inspect(path)); err != nil && !strings.Contains(err.Error(), path) {
				t.Errorf("%s %d: the error does not name the file: %v", name, k, err)
			}
		}
	}
}

// What becomes of a child that crashes, hangs, or cannot start.
func TestReaderTrouble(t *testing.T) {
	opened := func(program string, limit time.Duration, arguments ...string) error {
		r := &reader{command: func() (*exec.Cmd, error) { return exec.Command(program, arguments...), nil }}
		_, err := (&file{path: "a.nc", limit: limit}).open(r)
		return err
	}
	for script, say := range map[string]string{
		"echo 'malloc(): corrupted' >&2; kill -ABRT $$": "crashed while reading it (signal: aborted",
		"kill -SEGV $$":                     "segmentation fault",
		"echo 'SIGABRT: abort' >&2; exit 2": "SIGABRT: abort",
		"exit 0":                            "no answer came",
	} {
		err := opened("/bin/sh", time.Minute, "-c", script)
		if err == nil || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), "a.nc") {
			t.Errorf("%s: error %v, want one with %q", script, err, say)
		}
	}
	if err := opened("/bin/sh", 50*time.Millisecond, "-c", "exec sleep 60"); err == nil || !strings.Contains(err.Error(), "did not finish") {
		t.Errorf("a child without end: %v", err)
	}
	if err := opened("/no/such/program", time.Minute); err == nil || !strings.Contains(err.Error(), "cannot start") {
		t.Errorf("a child that does not start: %v", err)
	}
}

// One child reads all files. Where it ends, an open file is read on by another; half a
// file harms no other one; and a while after the last file was closed no child remains.
func TestOneChildReadsAll(t *testing.T) {
	r := &reader{command: childCommand, patience: 10 * time.Millisecond}
	path := filepath.Join(t.TempDir(), "a.nc")
	if err := WriteSamples(path, samples()); err != nil {
		t.Fatal(err)
	}
	opened := func(path string) (*Dataset, error) { return (&file{path: path, limit: time.Minute}).open(r) }
	first, err := opened(path)
	if err != nil {
		t.Fatal(err)
	}
	process := r.child.process.Process
	read := func(d *Dataset) []float32 {
		t.Helper()
		values := make([]float32, 36)
		for _, v := range d.Variables {
			if v.Name != "pr" {
				continue
			}
			if err := v.Values.Read(values, []int{1, 0, 0, 0}, []int{1, 3, 3, 4}); err != nil {
				t.Fatal(err)
			}
		}
		return values
	}
	want := samples().Channels[0].Data[36:]
	for range 20 {
		d, err := opened(path)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "another time", read(d), want)
		d.Close()
	}
	half := write(t, "half.nc", contents(t, path)[:5000])
	if _, err := opened(half); err == nil || !strings.Contains(err.Error(), "half.nc") {
		t.Errorf("half a file: %v", err)
	}
	if r.child.process.Process.Pid != process.Pid {
		t.Error("another child was started without need")
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	same(t, "after the child was killed", read(first), want)
	if r.child.process.Process.Pid == process.Pid {
		t.Error("the child was not killed")
	}
	first.Close()
	for range 500 {
		r.mu.Lock()
		ended := r.child == nil
		r.mu.Unlock()
		if ended {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the child stays although no file is open")
}

// classicHeaderBytes is a header with one dimension "t" without limit and one or
// two variables of shorts along it, from byte 1000.
func classicHeaderBytes(version byte, records uint32, variables int) []byte {
	word := func(b []byte, values ...uint32) []byte {
		for _, v := range values {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return b
	}
	b := append([]byte("CDF"), version)
	count := func(v uint32) {
		if version == 5 {
			b = word(b, 0)
		}
		b = word(b, v)
	}
	count(records)
	b = word(b, tagDimensions)
	count(1)
	count(1)
	b = append(b, "t\x00\x00\x00"...)
	count(0)
	b = word(b, 0)
	count(0)
	b = word(b, tagVariables)
	count(uint32(variables))
	for i := range variables {
		count(1)
		b = append(b, byte('a'+i), 0, 0, 0)
		count(1)
		count(0)
		b = word(b, 0)
		count(0)
		b = word(b, 3)
		count(4)
		if version > 1 {
			b = word(b, 0)
		}
		b = word(b, uint32(1000+4*i))
	}
	return b
}

// Classic headers by hand: a record variable, two of them, and CDF-5.
func TestClassicRecords(t *testing.T) {
	for _, c := range []struct {
		version   byte
		records   uint32
		variables int
		want      int64
	}{
		{1, 5, 1, 1000 + 5*2},     // a lone record variable is not padded
		{1, 5, 2, 1004 + 4*8 + 2}, // two are; the very last padding may be absent
		{2, 5, 2, 1004 + 4*8 + 2},
		{5, 5, 2, 1004 + 4*8 + 2},
		{1, 0, 2, 0},
		{1, 0xFFFFFFFF, 2, 0}, // written as a stream: the count is not known
	} {
		b := classicHeaderBytes(c.version, c.records, c.variables)
		whole := append(b, make([]byte, 2000)...)
		if c.want > 0 {
			if err := checkFile(write(t, "a.nc", whole[:c.want-1])); !errors.Is(err, errTruncated) {
				t.Errorf("%+v: one byte too few: %v", c, err)
			}
			whole = whole[:c.want]
		}
		if err := checkFile(write(t, "a.nc", whole)); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func FuzzClassicHeader(f *testing.F) {
	for _, version := range []byte{1, 2, 5} {
		f.Add(classicHeaderBytes(version, 3, 2))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 4 || string(b[:3]) != "CDF" || b[3] != 1 && b[3] != 2 && b[3] != 5 {
			return
		}
		r := strings.NewReader(string(b))
		if err := checkClassic(r, int64(len(b))); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

// testdata/crash.nc is a file of make.py with some bytes changed at random, on
// which libnetcdf 4.9.0 with HDF5 1.10.8 dies of a segmentation fault. Other
// versions may refuse or read it; this process must live in any case.
func TestFileThatCrashesTheLibrary(t *testing.T) {
	_, err := Read("testdata/crash.nc", ReadOptions{})
	if err == nil {
		t.Skip("this version of the library reads the file")
	}
	if !strings.Contains(err.Error(), "crash.nc") {
		t.Errorf("the error does not name the file: %v", err)
	}
	t.Log(err)
}
