// SPDX-License-Identifier: Apache-2.0
// The OpenTelemetry Collector's own OTLP receiver, for tests: what it has decoded goes to a file, one
// request a line, in the collector's JSON. Made and run by tests/e2e/api/otlp_collector.py.
//
//	collector '{"protocols": {"http": {"endpoint": "127.0.0.1:4318"}}}' FILE
//
// The first word is the receiver's configuration as it stands below `receivers: otlp:`. What cannot
// be written to FILE is refused as by a full exporter: the sender shall come again. It ends at SIGTERM.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	metrics "go.opentelemetry.io/otel/metric/noop"
	traces "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"
)

// host has no extensions.
type host struct{}

func (host) GetExtensions() map[component.ID]component.Component { return nil }

// writer appends what a consumer gets to a file.
type writer struct {
	mutex sync.Mutex
	file  *os.File
}

func (w *writer) take(_ context.Context, spans ptrace.Traces) error {
	line, err := (&ptrace.JSONMarshaler{}).MarshalTraces(spans)
	if err != nil {
		return err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	_, err = w.file.Write(append(line, '\n'))
	return err
}

func run(settings, path string) error {
	var words map[string]any
	if err := json.Unmarshal([]byte(settings), &words); err != nil {
		return err
	}
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(words).Unmarshal(config); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	logger, err := zap.NewProduction()
	if err != nil {
		return err
	}
	next, err := consumer.NewTraces((&writer{file: file}).take)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	telemetry := component.TelemetrySettings{
		Logger:         logger,
		TracerProvider: traces.NewTracerProvider(),
		MeterProvider:  metrics.NewMeterProvider(),
		Resource:       pcommon.NewResource(),
	}
	id := component.NewID(factory.Type())
	made, err := factory.CreateTraces(ctx, receiver.Settings{ID: id, TelemetrySettings: telemetry}, config, next)
	if err != nil {
		return err
	}
	if err := made.Start(ctx, host{}); err != nil {
		return err
	}
	<-ctx.Done()
	return made.Shutdown(context.Background())
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: collector CONFIGURATION FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "collector:", err)
		os.Exit(1)
	}
}
