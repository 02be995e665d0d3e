import type { LoadMessage, LoadOrder } from './load.ts'
import { openRawConnection, requestBytes, type RawConnection } from './raw-connection.ts'
import { percentile } from './statistics.ts'

// The load generator, in a process of its own, so that it does not share a thread with whoever measures.
const requestTimeoutMs = 30_000
const report = (message: LoadMessage) => process.send!(message)

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {}) // Ctrl-C reaches all processes of the terminal; the bench decides.
process.on('message', (order: LoadOrder) => void run(order))

async function run({ url, requests, concurrency, settleMs, windowMs }: LoadOrder): Promise<void> {
  const bytes = requests.map((request) => requestBytes(url, request))
  const latencies: number[] = []
  let total = 0
  let isOver = false
  let begin = Infinity
  let end = Infinity
  let failure: string | null = null
  let lastAnswer = performance.now()

  const open = async (index: number): Promise<RawConnection> => {
    // Each connection begins at another place, or all would ask the same at the same time.
    let next = Math.floor((index * bytes.length) / concurrency)
    let sent = 0
    const send = () => {
      sent = performance.now()
      connection.send(bytes[next++ % bytes.length]!)
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
