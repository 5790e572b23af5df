// Command floor asks many names at once, and nothing more: what a check cannot
// be faster than. With "-via URL" it has somebody else ask, who gets the name
// where URL has %s.
//
//	floor [-via URL] NAME…
package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// patience is that of the program under test with a silent row.
const patience = 3200 * time.Millisecond

func main() {
	via := flag.String("via", "", "whom to ask")
	flag.Parse()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	if *via != "" {
		client.Timeout = 4 * patience
	}
	var well atomic.Int32
	var wg sync.WaitGroup
	for _, name := range flag.Args() {
		wg.Go(func() {
			url := "https://" + name + "/"
			if *via != "" {
				url = fmt.Sprintf(*via, name)
			}
			r, err := client.Get(url)
			if err != nil {
				return
			}
			defer func() { _ = r.Body.Close() }()
			body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			if err == nil && r.StatusCode == http.StatusOK && (*via == "" || strings.Contains(string(body), "\nprobe_success 1\n")) {
				well.Add(1)
			}
		})
	}
	wg.Wait()
	fmt.Println(well.Load())
}
