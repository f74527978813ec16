package powercut

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errNotTraced says that the system does not let one process trace another.
var errNotTraced = errors.New("tracing is not allowed")

// record runs a program and returns what it does below a folder, which is the given disk
// when it begins.
func record(now *disk, root, program string, args, env []string) ([]operation, error) {
	runtime.LockOSThread() // one thread traces, and waits for its own children only
	defer runtime.UnlockOSThread()
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return nil, fmt.Errorf("%w on %s", errNotTraced, runtime.GOARCH)
	}
	var output bytes.Buffer
	out, err := os.CreateTemp("", "powercut-output-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, out
	cmd.SysProcAttr = &unix.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotTraced, err)
	}
	pid := cmd.Process.Pid
	r := &recorder{root: root, now: now, open: map[int]entered{}}
	code, err := follow(pid, r)
	_ = cmd.Process.Release()
	if text, e := os.ReadFile(out.Name()); e == nil {
		output.Write(text)
	}
	switch {
	case err != nil:
		return nil, err
	case code != 0:
		return nil, fmt.Errorf("it ended with %d: %s", code, bytes.TrimSpace(output.Bytes()))
	case r.err != nil:
		return nil, r.err
	}
	return r.all, nil
}

// follow lets a traced process run, tells a recorder about its system calls and returns
// its exit code.
func follow(pid int, r *recorder) (code int, err error) {
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err != nil || !status.Stopped() {
		return 0, fmt.Errorf("%w: the process does not stop at its start (%v)", errNotTraced, err)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(pid, options); err != nil {
		return 0, fmt.Errorf("%w: %w", errNotTraced, err)
	}
	if err := unix.PtraceSyscall(pid, 0); err != nil {
		return 0, err
	}
	threads := map[int]bool{pid: true}
	for {
		tid, err := unix.Wait4(-1, &status, unix.WALL|unix.WNOTHREAD, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, err
		}
		if !status.Stopped() {
			delete(threads, tid)
			if tid != pid {
				continue
			}
			if status.Signaled() {
				return 128 + int(status.Signal()), nil
			}
			return status.ExitStatus(), nil
		}
		signal := status.StopSignal()
		switch {
		case signal == unix.SIGTRAP|0x80:
			signal = 0
			if err := stopped(tid, r); err != nil {
				return 0, err
			}
		case signal == unix.SIGTRAP: // a new thread
			signal = 0
		case signal == unix.SIGSTOP && !threads[tid]: // its first stop
			threads[tid] = true
			signal = 0
		}
		if err := unix.PtraceSyscall(tid, int(signal)); err != nil && err != unix.ESRCH {
			return 0, err
		}
	}
}

// syscallInfo is struct ptrace_syscall_info of Linux, the same for every processor.
type syscallInfo struct {
	op   uint8
	_    [3]uint8
	_    uint32
	_, _ uint64
	data [7]uint64 // at the start the number and six arguments; at the end the result, and whether it is an error
}

// stopped tells a recorder about the system call at which a thread has stopped.
func stopped(tid int, r *recorder) error {
	const getSyscallInfo, entry, exit = 0x420e, 1, 2
	var info syscallInfo
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, getSyscallInfo, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno == unix.ESRCH { // killed meanwhile
		return nil
	}
	if errno != 0 {
		return fmt.Errorf("%w: %w", errNotTraced, errno)
	}
	switch info.op {
	case entry:
		r.enter(tid, info.data[0], [6]uint64(info.data[1:]))
	case exit:
		r.leave(tid, int64(info.data[0]), byte(info.data[1]) != 0)
	}
	return nil
}
