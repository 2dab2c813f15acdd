package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// What the workflows of the comparison are given; Weft's runs get the same.
type Input struct {
	N     int    `json:"n"`
	Steps int    `json:"steps"`
	ID    string `json:"id"`
	Base  string `json:"base"`
}

type Count struct {
	N int `json:"n"`
}

var httpClient = &http.Client{
	Timeout:   30 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 100},
}

func Fetch(ctx context.Context, url string) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := httpClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 10<<20))
	if err != nil {
		return nil, err
	}
	if response.StatusCode/100 != 2 {
		return nil, temporal.NewApplicationError(fmt.Sprintf("status %d", response.StatusCode), "http.status")
	}
	if !json.Valid(body) {
		return nil, temporal.NewApplicationError("the answer is not JSON", "http.body")
	}
	return body, nil
}

func withFetch(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 40 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 3},
	})
}

// One step after the other, without activities.
func Chain(ctx workflow.Context, in Input) (Count, error) {
	count := Count{in.N}
	for range in.Steps {
		count = Count{count.N + 1}
	}
	return count, nil
}

func Calls(ctx workflow.Context, in Input) (json.RawMessage, error) {
	ctx = withFetch(ctx)
	var answer json.RawMessage
	for range in.Steps {
		if err := workflow.ExecuteActivity(ctx, "Fetch", in.Base+"/item/"+in.ID).Get(ctx, &answer); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

func SwitchAndLoop(ctx workflow.Context, in Input) (Count, error) {
	count := Count{0}
	switch {
	case in.Steps > 10:
		for count.N < in.Steps {
			count = Count{count.N + 1}
		}
		return count, nil
	default:
		return count, nil
	}
}

// All calls at once.
func Fan(ctx workflow.Context, in Input) (Count, error) {
	ctx = withFetch(ctx)
	var calls []workflow.Future
	for i := range in.Steps {
		calls = append(calls, workflow.ExecuteActivity(ctx, "Fetch", fmt.Sprintf("%s/item/%d", in.Base, i)))
	}
	for _, call := range calls {
		var answer json.RawMessage
		if err := call.Get(ctx, &answer); err != nil {
			return Count{}, err
		}
	}
	return Count{in.Steps}, nil
}

func Wait(ctx workflow.Context, in Input) (json.RawMessage, error) {
	var received struct {
		Event struct {
			Data json.RawMessage `json:"data"`
		} `json:"event"`
	}
	workflow.GetSignalChannel(ctx, "event").Receive(ctx, &received)
	return received.Event.Data, nil
}

func work(target, queue string) error {
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	c, err := client.Dial(client.Options{HostPort: target, Logger: tlog.NewStructuredLogger(quiet)})
	if err != nil {
		return err
	}
	defer c.Close()
	// As Weft's worker: pollers by need, so many tasks at once. The cache of runs has the SDK's size, 10,000.
	pollers := worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{
		InitialNumberOfPollers: 5, MinimumNumberOfPollers: 1, MaximumNumberOfPollers: 100})
	w := worker.New(c, queue, worker.Options{
		WorkflowTaskPollerBehavior: pollers, ActivityTaskPollerBehavior: pollers,
		MaxConcurrentWorkflowTaskExecutionSize: 100, MaxConcurrentActivityExecutionSize: 100})
	w.RegisterWorkflow(Chain)
	w.RegisterWorkflow(Calls)
	w.RegisterWorkflow(SwitchAndLoop)
	w.RegisterWorkflow(Fan)
	w.RegisterWorkflow(Wait)
	w.RegisterActivityWithOptions(Fetch, activity.RegisterOptions{Name: "Fetch"})
	return w.Run(worker.InterruptCh())
}
