// Package machine returns how much memory the machine has free, on the host and on
// its NVIDIA GPUs, and how much the process took. It links no engine.
package machine

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// GiB returns bytes in gibibytes.
func GiB(bytes int64) float64 { return float64(bytes) / (1 << 30) }

// Memory returns the bytes of memory of the machine and those available without
// swapping, which are fewer where a control group allows fewer. Each is 0 where the
// system does not say.
func Memory() (total, free int64) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
		switch name {
		case "MemTotal":
			total = kib << 10
		case "MemAvailable":
			free = kib << 10
		}
	}
	limit, used := cgroupNumber("memory.max"), cgroupNumber("memory.current")
	if limit > 0 && limit-used < free {
		free = max(0, limit-used)
	}
	return total, free
}

// FreeMemory returns the free bytes of [Memory].
func FreeMemory() int64 {
	_, free := Memory()
	return free
}

// PeakMemory returns the largest resident size in bytes of this process so far, 0 where
// the system does not say.
func PeakMemory() int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			return kib << 10
		}
	}
	return 0
}

func cgroupNumber(name string) int64 {
	text, err := os.ReadFile("/sys/fs/cgroup/" + name)
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}

// Processor returns the processor's model and what it can do, as the system describes
// its first core; where it does not, the architecture alone.
func Processor() string {
	said := runtime.GOARCH
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return said
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		switch name = strings.TrimSpace(name); name {
		case "":
			return said // the second core follows
		case "vendor_id", "model name", "model", "stepping", "flags", "Features", "CPU implementer", "CPU part", "CPU variant":
			said += "\n" + name + ": " + strings.TrimSpace(value)
		}
	}
	return said
}
