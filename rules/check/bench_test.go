package check

import (
	"net"
	"testing"
)

// BenchmarkProbe is what one healthy row costs on this machine, peer included.
func BenchmarkProbe(b *testing.B) {
	for _, kind := range []string{"mqtt", "mqtts", "ws", "wss"} {
		b.Run(kind, func(b *testing.B) {
			env, to := broker(b, kind, true)
			benchmarkKind(b, kind, env, to)
		})
	}
	b.Run("ssh", func(b *testing.B) { benchmarkKind(b, "ssh", peerEnv{}, visitors(b, replying("SSH-2.0-x\r\n"))) })
	b.Run("ntp", func(b *testing.B) {
		to := timeServer(b, func(in []byte) [][]byte { return [][]byte{timeFrom(in, 0)} })
		benchmarkKind(b, "ntp", peerEnv{}, to)
	})
	b.Run("bare connect", func(b *testing.B) {
		to := visitors(b, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) })
		benchmarkKind(b, "tcp", peerEnv{}, to)
	})
}

func benchmarkKind(b *testing.B, kind string, env peerEnv, to Target) {
	b.ReportAllocs()
	for b.Loop() {
		if r := runKind(b, kind, env, to); r.Status != Pass {
			b.Fatalf("got %v %q %q", r.Status, r.Code, r.Facts)
		}
	}
}
