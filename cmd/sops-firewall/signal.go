package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// endedBy is the cause of a context that a signal ended.
type endedBy struct{ sig syscall.Signal }

func (e endedBy) Error() string { return e.sig.String() }

// Is lets callers go on treating it as an ordinary cancel.
func (e endedBy) Is(target error) bool { return target == context.Canceled }

// withSignals ends the context on Ctrl-C, a kill and a dropped line. A hang-up
// is taken over even where it was ignored (nohup): without a terminal the
// wizard would run on for ever.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-ch:
			sig, ok := s.(syscall.Signal)
			if !ok {
				sig = syscall.SIGINT
			}
			cancel(endedBy{sig})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		cancel(nil)
	}
}

// signalled is the exit code of a program ended by a signal: 128 and its number.
func signalled(ctx context.Context) (int, bool) {
	var by endedBy
	if errors.As(context.Cause(ctx), &by) {
		return 128 + int(by.sig), true
	}
	return 0, false
}
