package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// The service that the calls of both sides reach. It counts them, and knows when the first came after a mark.
type service struct {
	calls atomic.Int64
	first atomic.Int64 // nanoseconds since 1970; zero: none since the mark
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/count":
		fmt.Fprint(w, s.calls.Load())
	case r.URL.Path == "/mark":
		s.first.Store(0)
	case r.URL.Path == "/first":
		fmt.Fprintf(w, "%.6f", float64(s.first.Load())/1e9)
	default:
		s.calls.Add(1)
		s.first.CompareAndSwap(0, time.Now().UnixNano())
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%q,"name":"Linen shirt, long sleeves","stock":17,"price":{"amount":"349.00","currency":"CNY"},`+
			`"tags":["linen","shirt","summer"],"updated":"2026-05-04T08:30:00Z"}`, strings.TrimPrefix(r.URL.Path, "/item/"))
	}
}

func serve(address string) error { return http.ListenAndServe(address, &service{}) }
