package machine

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// DeviceMemory returns how many bytes XLA's client takes at most, by default, on the
// smallest NVIDIA GPU that is visible to this process: three quarters of its memory. It
// is 0 where the driver does not answer.
func DeviceMemory() int64 {
	lines, err := askDriver("memory.total", "noheader,nounits", os.Getenv("CUDA_VISIBLE_DEVICES"))
	if err != nil {
		return 0
	}
	smallest := int64(0)
	for _, line := range lines {
		mib, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err == nil && (smallest == 0 || mib < smallest) {
			smallest = mib
		}
	}
	return smallest << 20 / 4 * 3
}

// GPUs returns a line for each NVIDIA GPU of the machine: its name, the version of the
// driver and its memory; where the driver does not answer, the name of its device file.
func GPUs() []string {
	if lines, err := askDriver("name,driver_version,memory.total", "noheader", ""); err == nil {
		return lines
	}
	var gpus []string
	found, _ := filepath.Glob("/dev/nvidia[0-9]*") // the pattern is valid
	for _, device := range found {
		gpus = append(gpus, device+" (nvidia-smi does not answer)")
	}
	return gpus
}

// askDriver returns the lines in which the driver's own program describes the GPUs; ids
// selects some of them, "" all.
func askDriver(fields, format, ids string) ([]string, error) {
	args := []string{"--query-gpu=" + fields, "--format=csv," + format}
	if ids != "" {
		args = append(args, "--id="+ids)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // a faulty driver does not answer
	defer cancel()
	out, err := exec.CommandContext(ctx, "nvidia-smi", args...).Output()
	if err != nil {
		return nil, err
	}
	return strings.FieldsFunc(strings.TrimSpace(string(out)), func(r rune) bool { return r == '\n' }), nil
}
