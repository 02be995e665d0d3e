import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import type { Log } from '../../log.ts'
import type { GraphqlFacts } from '../exchange.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { createSlowReaders } from '../limits/slow-readers.ts'

type NodeFacts = GraphqlFacts & { readonly res: ServerResponse }

/** Releases a subscription when its client leaves, even before the stream starts, which Yoga misses; cuts off slow readers. */
export function useEventStreams(metrics: Metrics, log: Log): Plugin<object, NodeFacts> {
  const readers = createSlowReaders((waitedBytes) => {
    metrics.streamCut()
    log.info({ waitedBytes }, 'an event stream whose client did not read was cut off')
  })
  metrics.watchWaiting(readers.waitingBytes)
  return {
    // Must be the last plugin, so that the wrappers of all others end, too.
    onResultProcess({ result, serverContext: { res } }) {
      if (Array.isArray(result) || !(Symbol.asyncIterator in result)) return
      const events = result[Symbol.asyncIterator]()
      const end = () => void events.return?.()
      if (res.destroyed) return end()
      res.once('close', end)
      readers.watch(res)
    },
  }
}
