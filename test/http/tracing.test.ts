import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServe } from '../support/serve-process.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

interface Sent {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] }
    scopeSpans: { spans: SentSpan[] }[]
  }[]
}
interface SentSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: { key: string; value: { stringValue?: string } }[]
}

test('traces are sent where OpenTelemetry’s variables say: an operation, its statements, the trace of the caller', async () => {
  const bodies: string[] = []
  const paths: string[] = []
  const collector = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      paths.push(request.url!)
      bodies.push(body)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  const folder = await mkdtemp(join(tmpdir(), 'kb-traced-'))
  try {
    const product = await startServe({
      DATABASE_URL: database.url,
      // Reads from memory run no statements.
      KB_SNAPSHOT_MAX_MB: '0',
      KB_DATA_DIR: folder,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_SERVICE_NAME: 'traced',
    })
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-b7ad6b7169203331-01` },
      body: JSON.stringify({ query: 'query Named { entity(by: { slug: "spain" }) { title } }' }),
    })
    expect(await product.end()).toBe(0)
    expect(new Set(paths)).toEqual(new Set(['/v1/traces']))
    const resources = bodies.flatMap((body) => (JSON.parse(body) as Sent).resourceSpans)
    expect(JSON.stringify(resources[0]!.resource.attributes)).toContain('"traced"')
    const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
    const operation = spans.find(({ name }) => name === 'query Named')!
    expect(operation).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' })
    const statements = spans.filter(({ parentSpanId }) => parentSpanId === operation.spanId)
    expect(statements.map(({ name }) => name)).toEqual(['SELECT'])
    expect(JSON.stringify(statements[0]!.attributes)).toContain('kb_entities')
    expect(bodies.join('')).not.toContain('"spain"')
  } finally {
    collector.close()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  }
}, 30_000)
