package zarr

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// A store behind a web address is read as the folder is, by GET alone, with chunks that
// the server fails to give at first; without consolidated metadata it is refused with
// the way on.
func TestStoreOnTheWeb(t *testing.T) {
	for _, store := range []string{"v2-xarray", "v3-xarray"} {
		dir := golden(t, store)
		var asked, failed atomic.Int64
		files := http.FileServer(http.Dir(filepath.Dir(dir)))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				t.Errorf("the server is asked to %s", r.Method)
			}
			if asked.Add(1)%5 == 0 {
				failed.Add(1)
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return
			}
			files.ServeHTTP(w, r)
		}))
		address := server.URL + "/" + filepath.Base(dir)
		f, err := climate.Open(address, "rain")
		if err != nil {
			t.Fatal(err)
		}
		same(t, store+" on the web", f.Data, goldenValues())
		r, err := climate.OpenRecord([]string{address}, climate.RecordOptions{Variables: []string{"short"}})
		if err != nil {
			t.Fatal(err)
		}
		if s := r.Sources[0]; s.Name != address || len(s.SHA256) != 64 {
			t.Errorf("source %+v", s)
		}
		if failed.Load() == 0 {
			t.Error("the server has not failed once")
		}
		server.Close()
	}
	dir := golden(t, "v2-arrays")
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	if _, err := cf.Read(server.URL, cf.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "consolidate_metadata") || !strings.Contains(err.Error(), server.URL) {
		t.Errorf("without consolidated metadata: %v", err)
	}
	if _, err := cf.Read(server.URL+"/nowhere.zarr", cf.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "no Zarr store") {
		t.Errorf("an address of nothing: %v", err)
	}
	if _, err := cf.Read(server.URL+"/rain.nc", cf.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "download") {
		t.Errorf("an address of a file: %v", err)
	}
}

// A server that refuses, or never ends, is an error that says so.
func TestHostileServer(t *testing.T) {
	dir := golden(t, "v2-xarray")
	mode := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chunk := strings.HasPrefix(r.URL.Path, "/rain/0")
		switch {
		case mode == "refuses" && chunk:
			http.Error(w, "no", http.StatusForbidden)
		case mode == "endless" && chunk:
			for range 1 << 12 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		default:
			http.ServeFile(w, r, filepath.Join(dir, filepath.FromSlash(r.URL.Path)))
		}
	}))
	defer server.Close()
	for _, mode = range []string{"refuses", "endless"} {
		_, err := cf.Read(server.URL, cf.ReadOptions{Variable: "rain"})
		say := map[string]string{"refuses": "403", "endless": "can need"}[mode]
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: error %v, want one that says %q", mode, err, say)
		}
	}
	if _, err := os.Stat("nowhere"); err == nil {
		t.Error("something was written")
	}
}
