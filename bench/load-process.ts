import type { LoadMessage, SentOrder } from './load.ts'
import {
  createTracer,
  openRawConnection,
  tracedRequest,
  type RawConnection,
  type TracedRequest,
} from './raw-connection.ts'
import { percentile } from './statistics.ts'
import { createZipfDraw } from './zipf.ts'

// The load generator, in a process of its own, so that it does not share a thread with the measurement.
const requestTimeoutMs = 30_000
const report = (message: LoadMessage) => process.send!(message)

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {}) // Ctrl-C reaches all processes of the terminal; the bench decides.
process.on('message', (order: SentOrder) => void run(order))

/** The requests of one contender. */
interface RequestSet {
  readonly requests: readonly TracedRequest[]
  /** Goes on from run to run: begun anew, each would ask what the one before has asked already. */
  readonly draw: () => number
}
const sets: RequestSet[] = []
const trace = createTracer()
const seed = 1

async function run({
  url,
  set,
  requests: given,
  by,
  concurrency,
  settleMs,
  windowMs,
}: SentOrder): Promise<void> {
  if (given !== null) {
    const requests = given.map((request) => tracedRequest(url, request))
    sets[set] = { requests, draw: createZipfDraw(requests.length, seed) }
  }
  const { requests, draw } = sets[set]!
  const latencies: number[] = []
  let total = 0
  let isOver = false
  let begin = Infinity
  let end = Infinity
  let failure: string | null = null
  let lastAnswer = performance.now()

  const open = async (index: number): Promise<RawConnection> => {
    // Each connection begins at another place, or all would ask the same at the same time.
    let turn = Math.floor((index * requests.length) / concurrency)
    const next = by === 'zipf' ? draw : () => turn++ % requests.length
    let sent = 0
    const send = () => {
      sent = performance.now()
      connection.send(trace(requests[next()]!))
    }
    const connection = await openRawConnection(url, {
      onResponse(status) {
        total++
        lastAnswer = performance.now()
        if (status !== 200) failure ??= `status ${status}`
        if (lastAnswer >= begin && lastAnswer < end) latencies.push(lastAnswer - sent)
        if (!isOver) send()
      },
      onError: (error) => (failure ??= error.message),
    })
    send()
    return connection
  }

  const connections = await Promise.all(Array.from({ length: concurrency }, (_, index) => open(index))).catch(
    (error: Error) => {
      failure = error.message
      return []
    },
  )
  await sleep(settleMs)
  report({ type: 'begin' })
  begin = performance.now()
  await sleep(windowMs)
  end = performance.now()
  report({ type: 'end' })
  isOver = true
  if (end - lastAnswer > requestTimeoutMs) failure ??= 'no answer came'
  for (const connection of connections) connection.close()
  report({
    type: 'done',
    failure,
    total,
    requests: latencies.length,
    requestsPerSecond: (latencies.length / (end - begin)) * 1000,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  })
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
