// Package netlab makes small networks on one Linux machine for the tests of the
// other packages; nothing but tests imports it.
//
//	Net --Space-->  network namespaces: addresses, routes, nftables
//	    --Line-->   two TAP devices and a forwarder: delay, loss, a size limit
//	    --Daemon--> real servers inside; Listen, Inside: the test's own code inside
//
// It needs root, iproute2 and nftables. Everything goes away with the test.
package netlab
