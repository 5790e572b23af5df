package check

import (
	"context"
	"sync"
)

// flights are questions that several rows ask and that are answered once.
type flights[T any] struct {
	mu sync.Mutex
	m  map[string]*flight[T]
}

type flight[T any] struct {
	done  chan struct{}
	value T
}

// do answers the question of that key: by work, in the caller's own time, if
// nobody asked before. It is false if ctx ended first. work must not have its
// time from the caller's context: the answer is for all.
func (f *flights[T]) do(ctx context.Context, key string, work func() T) (T, bool) {
	f.mu.Lock()
	p, known := f.m[key]
	if !known {
		p = &flight[T]{done: make(chan struct{})}
		if f.m == nil {
			f.m = map[string]*flight[T]{}
		}
		f.m[key] = p
	}
	f.mu.Unlock()
	if !known {
		defer close(p.done) // also if work panics
		p.value = work()
		return p.value, true
	}
	select {
	case <-p.done:
		return p.value, true
	case <-ctx.Done():
		return *new(T), false
	}
}
