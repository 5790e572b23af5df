// Command sops-firewall gets a SyncSign On-Premise Server through the firewall.
package main

func main() {}
