package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// TestLabLoss loses every fifth packet each way, and wants no healthy row red.
// SOPS_LOSS_RUNS is how many runs there are; what is promised is none in 200:
//
//	SOPS_LAB=must SOPS_LOSS_RUNS=200 go test ./cmd/sops-firewall -v -run TestLabLoss -parallel 4 -timeout 30m
func TestLabLoss(t *testing.T) {
	runs := 10
	if s := os.Getenv("SOPS_LOSS_RUNS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("SOPS_LOSS_RUNS: %v", err)
		}
		runs = n
	}
	l, free := newLabPool(t)
	for _, c := range l.customers {
		c.line.Set(netlab.Trouble{Loss: 0.2})
	}
	var mu sync.Mutex
	count := map[string]int{}
	var slowest int64
	t.Run("runs", func(t *testing.T) {
		for i := range runs {
			from := []string{"server", "hub", "internet"}[i%3]
			t.Run(fmt.Sprint(i+1, from), func(t *testing.T) {
				t.Parallel()
				c := <-free
				defer func() { free <- c }()
				c = c.as(t)
				ns, as := fault{from: from}.place(c, l.outside)
				o := c.observe(ns, as)
				for row, v := range o.rows {
					if v.status == "fail" || v.status == "skipped" {
						t.Errorf("%s is %v", row, v)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				for _, v := range o.rows {
					count[v.status]++
				}
				slowest = max(slowest, o.rep.TookMS)
			})
		}
	})
	t.Logf("%d runs at 20 %% loss, slowest %d ms, rows by status: %v", runs, slowest, count)
}
