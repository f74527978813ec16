package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/peer"
)

// order is a request to a program, a line of JSON: see pysteps_peer.py.
type order struct {
	What       string  `json:"what"`
	Input      string  `json:"input,omitempty"`
	Output     string  `json:"output,omitempty"`
	Known      int     `json:"known"`
	Height     int     `json:"height"`
	Width      int     `json:"width"`
	Leads      int     `json:"leads"`
	Members    int     `json:"members"`
	Kilometres float64 `json:"kilometres"`
	Minutes    float64 `json:"minutes"`
	Seed       uint64  `json:"seed"`
}

// answer is a program's answer to an order.
type answer struct {
	Name      string  `json:"name,omitempty"`
	Seconds   float64 `json:"seconds"`   // on the wall, without reading and writing
	Processor float64 `json:"processor"` // seconds of all its threads
	Peak      float64 `json:"peak"`      // resident bytes so far
	Error     string  `json:"error,omitempty"`
}

// program is a process that makes forecasts on demand.
type program struct {
	*peer.Process
	name string
}

func startProgram(ctx context.Context, threads int, path string, arguments ...string) (*program, error) {
	cmd := exec.CommandContext(ctx, path, arguments...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", threads))
	process, err := peer.Start(cmd)
	if err != nil {
		return nil, err
	}
	p := &program{Process: process}
	info, err := p.ask(order{What: "info"})
	p.name = info.Name
	return p, err
}

func (p *program) ask(o order) (answer, error) {
	var a answer
	line, err := json.Marshal(o)
	if err != nil {
		return a, err
	}
	if err := p.Ask(string(line), &a); err != nil {
		return a, err
	}
	if a.Error != "" {
		return a, fmt.Errorf("%s: %s", p.name, a.Error)
	}
	return a, nil
}

// answerOrders makes forecasts by this project's STEPS.
func answerOrders(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var o order
		a := answer{Name: "STEPS of this project"}
		err := json.Unmarshal(lines.Bytes(), &o)
		if err == nil && o.What == "forecast" {
			a, err = o.forecast(ctx)
		}
		if err != nil {
			a.Error = err.Error()
		}
		line, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s\n", line); err != nil {
			return err
		}
	}
	return lines.Err()
}

// forecast writes the members' forecast frames to the output.
func (o order) forecast(ctx context.Context) (a answer, err error) {
	cells := o.Height * o.Width
	c := forecast.Case{Frames: o.Known + o.Leads, Height: o.Height, Width: o.Width, Known: climate.FirstFrames(o.Known+o.Leads, o.Known)}
	known, err := readFloats(o.Input, o.Known*cells)
	if err != nil {
		return a, err
	}
	c.Clip = append(known, make([]float32, o.Leads*cells)...)
	runtime.GC() // what the last order left is not this one's time
	processor, began := processorSeconds(), time.Now()
	members, err := forecast.STEPS{Kilometres: o.Kilometres, Minutes: o.Minutes}.Forecast(ctx, c, o.Members, o.Seed)
	a.Seconds, a.Processor = time.Since(began).Seconds(), processorSeconds()-processor
	if err != nil {
		return a, err
	}
	var all []float32
	for _, m := range members {
		all = append(all, m[o.Known*cells:]...)
	}
	a.Peak = float64(machine.PeakMemory())
	return a, writeFloats(o.Output, all)
}

func processorSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) * 1e-9
}

func readFloats(path string, n int) ([]float32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(raw) != 4*n {
		return nil, fmt.Errorf("%s has %d bytes, expected %d", path, len(raw), 4*n)
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return out, nil
}

func writeFloats(path string, values []float32) error {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return os.WriteFile(path, raw, 0o644)
}
