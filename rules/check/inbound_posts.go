package check

import (
	"context"
	"slices"
	"sync"
)

// posts is what the rows of a Run that arrive at the server learn for each other:
// a proof of one port brings what the server's listener says of all of them.
type posts struct {
	mu   sync.Mutex
	list []Post
	left int           // rows whose proof is still under way
	over chan struct{} // closed once posts are known, or no row may bring them any more
	end  func()
}

func newPosts(rows int) *posts {
	t := &posts{left: rows, over: make(chan struct{})}
	t.end = sync.OnceFunc(func() { close(t.over) })
	return t
}

// postsOf is what the rows of a Run share; without a Run nobody is waited for.
func postsOf(env Env) *posts {
	if s := sharedOf(env); s != nil && s.posts != nil {
		return s.posts
	}
	return newPosts(0)
}

// tell takes what a proof brought. All proofs of a session bring the same.
func (t *posts) tell(list []Post) {
	if len(list) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.list == nil {
		t.list = list
	}
	t.end()
}

// proofEnds tells that the row behind env brings no proof any more.
func (t *posts) proofEnds(env Env) {
	r, ok := env.(*row)
	if !ok {
		return
	}
	r.proved.Do(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.left--; t.left <= 0 {
			t.end()
		}
	})
}

// of is what the server's listener says of a port. It waits until a proof is
// there, no row can bring one any more, or ctx ends.
func (t *posts) of(ctx context.Context, to Target) Post {
	select {
	case <-t.over:
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.list, func(p Post) bool { return p.Port == to.Port && p.Proto == to.Proto })
	if i < 0 {
		return Post{Proto: to.Proto, Port: to.Port}
	}
	return t.list[i]
}

// any tells whether some proof came: then the code is the right one.
func (t *posts) any() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.list) > 0
}
