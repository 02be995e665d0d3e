import autocannon from 'autocannon'
import { percentile, rotate } from './statistics.ts'
import type { LoadMessage, LoadOrder } from './load.ts'

// The load generator, in a process of its own, so that it does not share a thread with whoever measures.
const headers = { 'content-type': 'application/json', accept: 'application/json' }
const requestTimeoutSeconds = 30
const report = (message: LoadMessage) => process.send!(message)

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {}) // Ctrl-C reaches all processes of the terminal; the bench decides.
process.on('message', (order: LoadOrder) => void run(order))

async function run({ url, requests, concurrency, settleMs, windowMs }: LoadOrder): Promise<void> {
  let connections = 0
  const load = autocannon({
    url,
    connections: concurrency,
    duration: (settleMs + windowMs + 60_000) / 1000,
    timeout: requestTimeoutSeconds,
    sampleInt: 20,
    setupClient(client) {
      // Each connection begins at another place, or all would ask the same at the same time.
      const offset = Math.floor((connections++ * requests.length) / concurrency)
      client.setRequests(
        rotate(requests, offset).map(({ path, body }) => ({ method: 'POST', path, headers, body })),
      )
    },
  })
  const latencies: number[] = []
  let total = 0
  let begin = Infinity
  let failure: string | null = null
  load.on('response', (_client: unknown, status: number, _bytes: number, milliseconds: number) => {
    total++
    if (status !== 200) failure ??= `status ${status}`
    if (performance.now() >= begin) latencies.push(milliseconds)
  })
  load.on('reqError', (error: Error) => (failure ??= error.message))

  await sleep(settleMs)
  report({ type: 'begin' })
  begin = performance.now()
  await sleep(windowMs)
  const seconds = (performance.now() - begin) / 1000
  begin = Infinity
  report({ type: 'end' })
  load.stop()
  await load
  report({
    type: 'done',
    failure,
    total,
    requests: latencies.length,
    requestsPerSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  })
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
