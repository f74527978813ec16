package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	process "github.com/climate-vdm/climate-vdm/vdm/internal/peer"
)

// peer is a PyTorch process that takes steps on demand.
type peer struct {
	*process.Process
	name string
	peak float64 // bytes, of the device where it is a GPU

	compiled bool // by torch.compile
}

type answer struct {
	Seconds    float64 `json:"seconds"`
	First      float64 `json:"first"` // seconds of the first step of its kind, which compiles
	Peak       float64 `json:"peak_rss"`
	PeakDevice float64 `json:"peak_device"`
	Device     string  `json:"device"`
	Parameters int     `json:"parameters"`
	Torch      string  `json:"torch"`
	Error      string  `json:"error"`
}

// startPeers starts one process for each way of running PyTorch. torch.compile is left
// out, with a line, of a PyTorch that has none.
func startPeers(o options, parameters int) ([]*peer, error) {
	var peers []*peer
	for _, v := range o.variants() {
		n := v.threads
		cmd := exec.Command(v.python, append([]string{o.script, "--serve", "--threads", fmt.Sprint(n),
			"--device", o.device, "--precision", o.precision,
			"--dim", fmt.Sprint(o.dim), "--mults", strings.Trim(strings.ReplaceAll(fmt.Sprint(o.multiples), " ", ","), "[]"),
			"--heads", fmt.Sprint(o.heads), "--dim-head", fmt.Sprint(o.headDim),
			"--batch", fmt.Sprint(o.batch), "--frames", fmt.Sprint(o.frames), "--height", fmt.Sprint(o.height), "--width", fmt.Sprint(o.wide)}, v.flags...)...)
		started, err := process.Start(cmd)
		if err != nil {
			return nil, err
		}
		p := &peer{Process: started}
		info, err := p.ask("info")
		if err != nil && len(v.flags) > 0 {
			fmt.Printf("torch.compile with %s is left out: %v\n", v.python, err)
			p.Stop()
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.python, err)
		}
		peers = append(peers, p)
		if info.Parameters != parameters {
			return nil, fmt.Errorf("its network has %d parameters, ours %d", info.Parameters, parameters)
		}
		p.name = fmt.Sprintf("PyTorch %s, threads: %d", info.Torch, n)
		if o.device != "cpu" {
			p.name = fmt.Sprintf("PyTorch %s on %s", info.Torch, info.Device)
		}
		if len(v.flags) > 0 {
			p.name += ", compiled"
			p.compiled = true
		}
	}
	if len(peers) == 0 {
		return nil, errors.New("no interpreter runs it: see -python and -modes")
	}
	return peers, nil
}

// ask sends one line and returns the answer.
func (p *peer) ask(what string) (answer, error) {
	var a answer
	if err := p.Ask(what, &a); err != nil {
		return a, fmt.Errorf("%w (is python3-torch installed?)", err)
	}
	if a.Error != "" {
		return a, fmt.Errorf("%s", a.Error)
	}
	p.peak = max(p.peak, a.Peak)
	if a.PeakDevice > 0 {
		p.peak = a.PeakDevice
	}
	return a, nil
}
