// Package peer talks to the programs that benchmarks compare with: processes that
// answer each line on their standard input with a line of JSON.
package peer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Process is a program that answers lines. Make it with [Start], and end it with
// [Process.Stop].
type Process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// Start starts a command, whose messages go to the standard error of this program.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Process{cmd, in, bufio.NewScanner(out)}, nil
}

// Ask sends a line and reads the answer into a value of matching JSON. An error says
// that the process has ended, or quotes an answer that is not such JSON.
func (p *Process) Ask(line string, answer any) error {
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	if !p.out.Scan() {
		return fmt.Errorf("%s: the process ended (%v); its message stands above", p, p.out.Err())
	}
	if err := json.Unmarshal(p.out.Bytes(), answer); err != nil {
		return fmt.Errorf("answer %q: %w", p.out.Text(), err)
	}
	return nil
}

// Stop ends the input of the process and waits for its end.
func (p *Process) Stop() {
	_ = p.in.Close()
	_ = p.cmd.Wait()
}

// String returns the command line.
func (p *Process) String() string { return strings.Join(p.cmd.Args, " ") }
