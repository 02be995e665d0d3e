import { LRUCache } from 'lru-cache'
import type { Price } from '../domain/budget.ts'
import type { GraphState } from '../graph/snapshot.ts'
import type { AnswerBody } from './fast-answer.ts'
import type { GraphInMemory } from './graph-headers.ts'

/** What was made of a request out of one state of the graph. */
export interface KeptAnswer {
  readonly state: GraphState
  /** The name of the operation, for who counts. */
  readonly name: string | null
  readonly price: Price
  readonly body: AnswerBody
}

/** An answer that can be given now. */
export interface FoundAnswer {
  /** What it is kept by. */
  readonly key: string
  readonly answer: KeptAnswer
  /** Whether it was kept, or has just been made. */
  readonly from: 'kept' | 'memory'
}

export type KeptAnswers = ReturnType<typeof createKeptAnswers>

/** A body beyond this part of the memory is not worth all the others. */
const largestPart = 1 / 16
/** Bytes that an entry takes beside its texts, about. */
const entryBytes = 200

/**
 * Keeps answers made out of memory, by the bytes of their requests, as long as the graph is in the state that they were made of. A
 * site is asked the same few things most of the time, and finding a body costs less than writing it once more.
 *
 * @param maxBytes 0: none are kept
 */
export function createKeptAnswers(graph: GraphInMemory, maxBytes: number) {
  if (maxBytes === 0) return { find: () => undefined, keep: () => undefined }
  const answers = new LRUCache<string, KeptAnswer>({
    maxSize: maxBytes,
    maxEntrySize: Math.ceil(maxBytes * largestPart),
    sizeCalculation: ({ body }, key) => body.length + key.length + entryBytes,
  })
  let state: GraphState | undefined
  return {
    /** @param key what names the request, such as the bytes of its body as Latin-1 text */
    find(key: string): FoundAnswer | undefined {
      const now = graph.current()?.snapshot.state
      if (now !== state) {
        answers.clear()
        state = now
        return undefined
      }
      const answer = answers.get(key)
      return answer && { key, answer, from: 'kept' }
    },
    keep(key: string, answer: KeptAnswer): void {
      if (answer.state === state) answers.set(key, answer)
    },
  }
}
