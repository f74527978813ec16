package tools

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// browser is a headless Chromium, driven by the W3C's WebDriver protocol: plain
// HTTP to Debian's chromedriver.
type browser struct {
	t       *testing.T
	session string // URL
}

var startedOn = regexp.MustCompile(`started successfully on port (\d+)`)

// openBrowser starts Chromium, or skips the test where it is not installed.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	for _, program := range []string{"chromium", "chromedriver"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (setup.sh browser)", program)
		}
		if out, err := exec.Command(program, "--version").CombinedOutput(); err != nil {
			t.Skipf("%s does not run: %v: %s", program, err, out)
		}
	}
	driver := exec.Command("chromedriver", "--port=0")
	out, err := driver.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, driver)
	lines := bufio.NewScanner(out)
	port := ""
	for port == "" && lines.Scan() {
		if m := startedOn.FindStringSubmatch(lines.Text()); m != nil {
			port = m[1]
		}
	}
	if port == "" {
		t.Fatal("chromedriver did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	b := &browser{t: t, session: "http://127.0.0.1:" + port + "/session"}
	args := []string{"--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,1400", "--user-data-dir=" + t.TempDir()}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	var made struct {
		SessionID string `json:"sessionId"`
	}
	b.call("POST", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:chromeOptions":      map[string]any{"args": args},
		"unhandledPromptBehavior": "accept",
		"goog:loggingPrefs":       map[string]string{"browser": "ALL"},
	}}}, &made)
	b.session += "/" + made.SessionID
	t.Cleanup(func() { b.call("DELETE", "", nil, nil) })
	return b
}

// start starts a program in a process group of its own, and ends that with the
// test.
func start(t *testing.T, c *exec.Cmd) {
	t.Helper()
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		ended := make(chan struct{})
		go func() { _ = c.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
		}
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	})
}

// call sends a command and reads its value.
func (b *browser) call(method, path string, body, value any) {
	b.t.Helper()
	if err := b.try(method, path, body, value); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) try(method, path string, body, value any) error {
	if body == nil {
		body = map[string]any{}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, b.session+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var reply struct{ Value json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&reply); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %.300s", method, path, reply.Value)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(reply.Value, value)
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.call("POST", "/url", map[string]string{"url": url}, nil)
}

// eval runs a script's body in the page and reads what it returns.
func eval[T any](b *browser, script string) (value T) {
	b.t.Helper()
	b.call("POST", "/execute/sync", map[string]any{"script": script, "args": []any{}}, &value)
	return value
}

// until waits until a script returns true.
func (b *browser) until(what, script string, limit time.Duration) {
	b.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(200 * time.Millisecond) {
		if eval[bool](b, script) {
			return
		}
		if time.Now().After(end) {
			b.screenshot("failed")
			b.t.Fatalf("waited %v in vain for %s", limit, what)
		}
	}
}

// element finds the first element of a CSS selector.
func (b *browser) element(selector string) string {
	b.t.Helper()
	var found map[string]string
	b.call("POST", "/element", map[string]string{"using": "css selector", "value": selector}, &found)
	for _, id := range found {
		return id
	}
	b.t.Fatalf("no element %s", selector)
	return ""
}

// click clicks an element as a mouse does: it must be visible.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.call("POST", "/element/"+b.element(selector)+"/click", nil, nil)
}

// press sends keys to an element.
func (b *browser) press(selector, keys string) {
	b.t.Helper()
	b.call("POST", "/element/"+b.element(selector)+"/value", map[string]string{"text": keys}, nil)
}

// look returns how an element looks, as a PNG file.
func (b *browser) look(selector string) []byte {
	b.t.Helper()
	var data string
	b.call("GET", "/element/"+b.element(selector)+"/screenshot", nil, &data)
	return b.decode(data)
}

// screenshot writes the window to VDM_SCREENSHOTS, if that names a folder.
func (b *browser) screenshot(name string) {
	folder := os.Getenv("VDM_SCREENSHOTS")
	var data string
	if folder == "" || b.try("GET", "/screenshot", nil, &data) != nil {
		return
	}
	path := filepath.Join(folder, strings.ReplaceAll(b.t.Name(), "/", "-")+"-"+name+".png")
	if err := os.WriteFile(path, b.decode(data), 0o644); err != nil {
		b.t.Error(err)
	}
}

func (b *browser) decode(data string) []byte {
	b.t.Helper()
	file, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		b.t.Fatal(err)
	}
	return file
}
