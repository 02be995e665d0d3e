import type { ServerResponse } from 'node:http'

/** What may wait to be read from all event streams together, in bytes, and for how long from one of them. */
export const waitingLimits = { bytes: 32_000_000, milliseconds: 30_000 } as const

const lookEveryMs = 1000

/** Bounds what waits for readers that are slow, or do not read. */
export interface SlowReaders {
  /** Follows one event stream until it closes. */
  watch(stream: ServerResponse): void
  /** Bytes that wait at the moment. */
  waitingBytes(): number
}

/**
 * Node holds what a client does not read, up to its high-water mark and one event more, and the stream stands still meanwhile. One
 * that stands still for too long is cut off; so is the one that does so longest, while too much waits in all. The last of them is
 * never cut off for its size alone, or an event that is larger than the limit would never arrive.
 *
 * @param onEnd is called for each stream that is cut off, with the bytes that waited
 */
export function createSlowReaders(onEnd: (waitedBytes: number) => void): SlowReaders {
  /** Since when each stands still, the longest first. */
  const still = new Map<ServerResponse, number>()
  let timer: NodeJS.Timeout | undefined

  function goOn(stream: ServerResponse): void {
    still.delete(stream)
    if (still.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function waitingBytes(): number {
    let bytes = 0
    for (const stream of still.keys()) bytes += stream.writableLength
    return bytes
  }

  function look(): void {
    let bytes = waitingBytes()
    for (const [stream, since] of still) {
      const isLate = performance.now() - since >= waitingLimits.milliseconds
      if (!isLate && (bytes <= waitingLimits.bytes || still.size === 1)) return
      const waited = stream.writableLength
      bytes -= waited
      goOn(stream)
      stream.destroy()
      onEnd(waited)
    }
  }

  return {
    watch(stream) {
      const write = stream.write.bind(stream) as (...given: unknown[]) => boolean
      stream.write = (...given: unknown[]) => {
        const isTaken = write(...given)
        if (!isTaken && !stream.destroyed && !still.has(stream)) {
          still.set(stream, performance.now())
          timer ??= setInterval(look, lookEveryMs).unref()
        }
        return isTaken
      }
      stream.on('drain', () => goOn(stream))
      stream.once('close', () => goOn(stream))
    },
    waitingBytes,
  }
}
