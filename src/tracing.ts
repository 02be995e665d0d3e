import type { Attributes, Context as TraceContext, Span } from '@opentelemetry/api'

/** Where spans go. Null if tracing is off: nothing is loaded then. */
export interface Tracing {
  /** Runs work inside a span, the parent of everything it starts; continues the headers' `traceparent`. */
  within<Result>(
    name: string,
    attributes: Attributes,
    work: () => Result,
    headers?: Readonly<Record<string, string | undefined>>,
  ): Result
  /** Starts a span and returns the function that ends it. */
  begin(name: string, attributes: Attributes): (error?: unknown) => void
  stop(): Promise<void>
}

/** Exports traces by OTLP over HTTP, configured by OpenTelemetry's own `OTEL_*` variables. */
export async function startTracing(serviceName: string): Promise<Tracing> {
  const { context, propagation, SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api')
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } =
    await import('@opentelemetry/resources')
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': serviceName }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  const tracer = trace.getTracer('knowledge-backbone')

  const end = (span: Span, error?: unknown) => {
    if (error !== undefined) {
      span.recordException(error as Error)
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
  }
  return {
    within(name, attributes, work, headers) {
      const parent: TraceContext = headers ? propagation.extract(context.active(), headers) : context.active()
      const kind = headers ? SpanKind.SERVER : SpanKind.INTERNAL
      const span = tracer.startSpan(name, { attributes, kind }, parent)
      return context.with(trace.setSpan(parent, span), () => endWith(work, (error) => end(span, error)))
    },
    begin(name, attributes) {
      const span = tracer.startSpan(name, { attributes, kind: SpanKind.CLIENT })
      return (error) => end(span, error)
    },
    stop: () => provider.shutdown(),
  }
}

/** Runs sync or async work and calls `end` when it is over. */
function endWith<Result>(work: () => Result, end: (error?: unknown) => void): Result {
  try {
    const result = work()
    if (result instanceof Promise)
      result.then(
        () => end(),
        (error: unknown) => end(error),
      )
    else end()
    return result
  } catch (error) {
    end(error)
    throw error
  }
}
