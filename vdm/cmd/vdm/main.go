// Command vdm trains, samples and verifies video diffusion models from the shell, for
// batch queues and for those who prefer it to notebooks. It is thin: every job is a few
// calls of the library.
//
// Data go to the standard output, messages to the standard error, the program's own with
// the prefix "vdm:". The exit status is 0 for success, 1 for a failure (also of a
// check), 2 for a command line that makes no sense, and 130 where the user stopped it.
//
// Built with the tag nonetcdf it needs no C library of NetCDF and trains from prepared
// data only.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/proof"
)

func main() {
	proof.Serve()
	os.Exit(runArguments(os.Args[1:], os.Stdout, os.Stderr))
}

// runArguments runs the whole program in this process and returns its exit status.
func runArguments(args []string, stdout, stderr io.Writer) (status int) {
	return execute(newRoot(), args, stdout, stderr)
}

// execute runs a command line and returns its exit status, whatever happens.
func execute(root *cobra.Command, args []string, stdout, stderr io.Writer) (status int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	defer func() {
		if trouble := recover(); trouble != nil {
			fmt.Fprintf(stderr, "vdm: internal error: %.500s; this is a mistake of the program: please report it with the command line (%s=1 shows where it happened)\n",
				oneLine(fmt.Sprint(trouble)), traceEnv)
			if os.Getenv(traceEnv) != "" {
				fmt.Fprintf(stderr, "%s", debug.Stack())
			}
			status = exitFailed
		}
	}()
	root.SetArgs(append([]string{}, args...)) // nil would mean os.Args
	root.SetFlagErrorFunc(flagErrors(root, args))
	root.SetOut(stdout)
	root.SetErr(stderr)
	return conclude(ctx, root.ExecuteContext(ctx), stderr)
}

// conclude prints an error and returns the exit status.
func conclude(ctx context.Context, err error, stderr io.Writer) int {
	switch usage := (*usageError)(nil); {
	case err == nil:
		return 0
	case errors.Is(err, vdm.ErrInterrupted):
		fmt.Fprintln(stderr, "vdm:", oneLine(err.Error()))
		return exitInterrupted
	case ctx.Err() != nil: // the signal may have ended a child process, too
		fmt.Fprintln(stderr, "vdm: interrupted:", oneLine(err.Error()))
		return exitInterrupted
	case errors.Is(err, errTold):
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "vdm:", oneLine(err.Error()))
		return exitUsage
	}
	fmt.Fprintln(stderr, "vdm:", oneLine(err.Error()))
	return exitFailed
}
