package climate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOrigin(t *testing.T) {
	dir := t.TempDir()
	if o, err := ReadOrigin(dir); o != nil || err != nil {
		t.Fatalf("a folder without one: %v, %v", o, err)
	}
	o := &Origin{
		Variables: []OriginVariable{{Name: "pr", Units: "mm/h"}}, Training: "1981 to 2000",
		Sources: []Source{{Name: "a", SHA256: "1"}, {Name: "b", SHA256: "2"}},
	}
	if err := o.Write(dir); err != nil {
		t.Fatal(err)
	}
	again, err := ReadOrigin(dir)
	if err != nil || !cmp.Equal(o, again) {
		t.Errorf("%v: %s", err, cmp.Diff(o, again))
	}
	for _, test := range []struct {
		sums []string
		same bool
	}{{[]string{"2", "1"}, true}, {[]string{"1"}, false}, {[]string{"1", "3"}, false}} {
		other := &Origin{}
		for _, s := range test.sums {
			other.Sources = append(other.Sources, Source{SHA256: s})
		}
		if o.SameSources(other) != test.same {
			t.Errorf("%v: same is %v", test.sums, !test.same)
		}
	}
	path := filepath.Join(dir, OriginName)
	if err := os.WriteFile(path, []byte("sources: []\nsurprise: 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadOrigin(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want an error that names the file", err)
	}
	if o, err := ReadOrigin(path); o != nil || err != nil {
		t.Errorf("of a file: %v, %v", o, err)
	}
}
