// The other side of the comparison: the same workflows, written by hand with Temporal's Go SDK, and the HTTP service
// that both sides call.
//
//	bench worker HOST:PORT QUEUE
//	bench serve HOST:PORT
package main

import (
	"fmt"
	"os"
)

func run(arguments []string) error {
	switch {
	case len(arguments) == 3 && arguments[0] == "worker":
		return work(arguments[1], arguments[2])
	case len(arguments) == 2 && arguments[0] == "serve":
		return serve(arguments[1])
	}
	return fmt.Errorf("usage: bench worker HOST:PORT QUEUE | bench serve HOST:PORT")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
