import { Agent, request } from 'node:http'
import { mix, slugAt } from './make-graph.ts'

/** Reads at a steady pace, whether the ones before are answered or not, over connections that stay open. */
export interface SteadyReads {
  /** The milliseconds from now until a read that was sent from now on was answered from a version of the graph or a later one. */
  sees(version: number): Promise<number>
  /** Milliseconds that the answers took since this was last asked, in rising order. */
  takeLatencies(): number[]
  stop(): void
}

const longestMs = 120_000

const queries = [
  'query ($slug: Key!) { entity(by: { slug: $slug }) { slug title kind { key } degree } }',
  'query ($slug: Key!) { entity(by: { slug: $slug }) { neighbors(first: 10) { nodes { slug title } } } }',
  'query ($slug: Key!) { entity(by: { slug: $slug }) { reachable(maxDepth: 2, first: 10) { nodes { slug } } } }',
]

export function startReads(url: string, entities: number, perSecond: number): SteadyReads {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let latencies: number[] = []
  let count = 0
  let failure: Error | null = null
  const waiting = new Set<{ version: number; from: number; resolve: (ms: number) => void }>()
  const send = () => {
    const sent = performance.now()
    const query = queries[count % queries.length]!
    const body = JSON.stringify({ query, variables: { slug: slugAt(mix(count++) % entities) } })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const asked = request(`${url}/graphql`, { agent, method: 'POST', headers }, (response) => {
      const version = Number(response.headers['x-graph-version'])
      response.resume().once('end', () => {
        const now = performance.now()
        latencies.push(now - sent)
        if (response.statusCode !== 200) failure = new Error(`A read was answered ${response.statusCode}.`)
        for (const one of waiting)
          if (version >= one.version) {
            waiting.delete(one)
            one.resolve(now - one.from)
          }
      })
    })
    asked.on('error', (error) => (failure = error)).end(body)
  }
  // Timers come late on a busy machine: what was missed is sent then.
  const started = performance.now()
  const timer = setInterval(() => {
    for (const due = ((performance.now() - started) / 1000) * perSecond; count < due;) send()
  }, 1000 / perSecond)
  return {
    sees: (version) =>
      new Promise((resolve, reject) => {
        const one = { version, from: performance.now(), resolve }
        waiting.add(one)
        setTimeout(() => {
          if (waiting.has(one)) reject(failure ?? new Error(`Version ${version} is not seen.`))
        }, longestMs).unref()
      }),
    takeLatencies() {
      if (failure !== null) throw failure
      const taken = latencies.sort((a, b) => a - b)
      latencies = []
      return taken
    },
    stop() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}
