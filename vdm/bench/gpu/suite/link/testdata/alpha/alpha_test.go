package alpha

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

var prepared bool

// TestMain is also another program, and returns where go test would let it.
func TestMain(m *testing.M) {
	if len(os.Environ()) == 1 {
		fmt.Println("I am the child")
		return
	}
	prepared = true
	m.Run()
}

func TestInside(t *testing.T) {
	word, err := os.ReadFile("testdata/word.txt")
	if err != nil || strings.TrimSpace(string(word)) != "rain" || secret() != " " || !prepared || !testing.Testing() {
		t.Errorf("%q, %v, prepared: %t", word, err, prepared)
	}
}

func TestStartsItselfAgain(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{exe, os.Args[0]} {
		child := exec.Command(program, "-test.run=^$")
		child.Env, child.Dir = []string{"ALONE=1"}, t.TempDir()
		if out, err := child.CombinedOutput(); err != nil || string(out) != "I am the child\n" {
			t.Errorf("%s says %q, %v", program, out, err)
		}
	}
}

func FuzzWord(f *testing.F) {
	f.Add("snow")
	f.Fuzz(func(t *testing.T, word string) { t.Log("word:", word) })
}

func BenchmarkDouble(b *testing.B) {
	for b.Loop() {
		Double("rain")
	}
}
