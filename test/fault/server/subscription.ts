import { followEvents } from '../../support/sse.ts'
import { findFreePort, type ServeProcess } from '../../support/serve-process.ts'
import type { Bench, Fault, Outcome } from './bench.ts'

interface Told {
  readonly data: {
    readonly graphChanged: {
      readonly cursor: string
      readonly node: { readonly subjectKey: string; readonly operation: string }
    }
  }
}

const changes = 10_000
const subscription =
  'subscription ($after: String) { graphChanged(after: $after) { cursor node { operation subjectKey } } }'

/** Follows whichever process answers, and comes back after each break; from its cursor, or naively from now. */
function follower(urls: () => readonly string[], takesUp: boolean) {
  const told: string[] = []
  let isOver = false
  let after: string | null = null
  let breaks = 0
  const loop = (async () => {
    for (let at = 0; !isOver; at++) {
      try {
        const url = urls()[at % urls().length]!
        const following = await followEvents<Told>(url, subscription, { after: takesUp ? after : null })
        const drain = () => {
          for (const { data } of following.events.splice(0)) {
            told.push(data.graphChanged.node.subjectKey)
            after = data.graphChanged.cursor
          }
        }
        const timer = setInterval(() => {
          drain()
          if (isOver) following.close()
        }, 20)
        await following.ended
        clearInterval(timer)
        drain()
        breaks++
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  })()
  return { told, breaks: () => breaks, end: () => ((isOver = true), loop) }
}

async function followThroughRestarts({ pool, serve }: Bench, takesUp: boolean): Promise<Outcome> {
  const ports = [await findFreePort(), await findFreePort()]
  const products: ServeProcess[] = []
  for (const [at, port] of ports.entries()) products[at] = await serve({ PORT: port })
  const urls = ports.map((port) => `http://127.0.0.1:${port}`)
  const following = follower(() => urls, takesUp)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const written = (async () => {
    for (let at = 0; at < changes; at += 10) {
      const rows = Array.from(
        { length: 10 },
        (_, place) => `('s${at + place}', 'country', 'S', 'PUBLISHED', repeat('0', 64))`,
      )
      await pool.query(
        `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ${rows.join(', ')}`,
      )
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  // One process after the other, and once both, by a signal that lets it say good-bye and by one that does not.
  for (const [at, signal] of [
    [0, 'SIGTERM'],
    [1, 'SIGKILL'],
    [0, 'SIGKILL'],
  ] as const) {
    await new Promise((resolve) => setTimeout(resolve, 2000))
    await products[at]!.end(signal)
    if (at === 1) await products[0]!.end('SIGTERM')
    products[at] = await serve({ PORT: ports[at]! })
    if (at === 1) products[0] = await serve({ PORT: ports[0]! })
  }
  await written
  for (let waited = 0; waited < 300 && new Set(following.told).size < changes; waited++)
    await new Promise((resolve) => setTimeout(resolve, 100))
  await following.end()
  const own = following.told.filter((slug) => /^s\d+$/.test(slug))
  const distinct = new Set(own)
  const [lost, doubled] = [changes - distinct.size, own.length - distinct.size]
  const isOrdered = own.every((slug, at) => at === 0 || Number(slug.slice(1)) > Number(own[at - 1]!.slice(1)))
  const problems = [
    ...(lost === 0 ? [] : [`${lost} lost`]),
    ...(doubled === 0 ? [] : [`${doubled} doubled`]),
    ...(isOrdered ? [] : ['out of order']),
    ...(following.breaks() >= 3 ? [] : [`the stream broke ${following.breaks()} times only`]),
  ]
  return {
    problems,
    said: `${lost} of ${changes} lost, ${doubled} doubled, through ${following.breaks()} breaks of the stream`,
  }
}

export const subscriptionRestarts: Fault = {
  name: 'a subscription through restarts of two server processes',
  run: (bench) => followThroughRestarts(bench, true),
  naive: (bench) => followThroughRestarts(bench, false),
} // prettier-ignore
