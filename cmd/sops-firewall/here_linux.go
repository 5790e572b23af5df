package main

// system tells nothing: all is in files.
func system() told { return told{} }
