import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import type { GraphState } from '../graph/snapshot.ts'
import type { Visitor } from './client-address.ts'
import type { FastAnswers } from './fast-answer.ts'
import type { FoundAnswer, KeptAnswers } from './kept-answers.ts'
import type { LaneAccount } from './lane-account.ts'

/** What a request is answered with that is known by all of its bytes. */
export interface KnownRequest {
  readonly method: string
  /** Names its body among the kept ones … */
  readonly key: string
  /** … which must be of this state, as the headers are. */
  readonly state: GraphState
  readonly requestId: string | undefined
  readonly headers: Visitor['headers']
  /** The part of the answer's head that belongs to it alone, see `FastAnswers.ownLines`. */
  readonly ownLines: string
}

/** A request may carry what is to be known of it, once it is settled. */
export interface LearnedRequest extends IncomingMessage {
  known?: KnownRequest
}

/** Bytes that an entry takes beside its texts, about. */
const entryBytes = 300

/** Beside the answers. */
const partOfAnswers = 1 / 4

export interface KnownRequestsOptions {
  readonly answers: FastAnswers
  readonly kept: KeptAnswers
  readonly account: LaneAccount
  /** Memory for kept answers; 0: nothing is known. */
  readonly answerCacheBytes: number
}

/**
 * Requests that were answered with a kept answer, by all of their bytes: the same bytes again are the same request, so their
 * answer needs nobody to read them. Reading and writing HTTP takes most of the time of a kept answer.
 */
export function createKnownRequests({ answers, kept, account, answerCacheBytes }: KnownRequestsOptions) {
  if (answerCacheBytes === 0) return { answer: () => false, note: () => undefined, learn: () => undefined }
  const requests = new LRUCache<string, KnownRequest>({
    maxSize: Math.ceil(answerCacheBytes * partOfAnswers),
    sizeCalculation: ({ key, ownLines }, bytes) => bytes.length + key.length + ownLines.length + entryBytes,
  })
  const heads = createSeenHeads()
  return {
    /** Answers a request if it is known, its answer is kept, and its client may have it. */
    answer(bytes: string, socket: Socket): boolean {
      const known = requests.get(bytes)
      if (known === undefined) return false
      const started = performance.now()
      const answer = kept.find(known.key)?.answer
      if (answer === undefined || answer.state !== known.state) return false
      if (!account.pays({ socket, headers: known.headers }, answer.price)) return false
      answers.write(socket, known.requestId, known.ownLines, answer.body)
      account.count(answer.name, 'unparsed', known.method, 200, started)
      return true
    },
    /** Notes on a request how it has been answered, if the same answer can be given to the same bytes. */
    note(request: LearnedRequest, found: FoundAnswer, type: string, more: readonly string[]): void {
      const { method = '', headers, httpVersion } = request
      const { connection = 'keep-alive' } = headers
      if (httpVersion !== '1.1' || connection.toLowerCase() !== 'keep-alive' || headers.expect !== undefined)
        return
      const { key, answer } = found
      request.known = {
        method,
        key,
        state: answer.state,
        requestId: headers['x-request-id'] as string | undefined,
        headers: { 'x-forwarded-for': headers['x-forwarded-for'] },
        ownLines: answers.ownLines(answer.body, type, more),
      }
    },
    /** @param bytes all of a request that was just answered */
    learn(bytes: string, { known }: LearnedRequest): void {
      // Where every head is another one, as with the id of a trace in it, nothing would be found again, and all of it be garbage.
      if (!heads.hasSeen(bytes.slice(0, bytes.indexOf('\r\n\r\n'))) || known === undefined) return
      // A copy: as a part of what came with it, it would keep all of that in memory.
      requests.set(Buffer.from(bytes, 'latin1').toString('latin1'), known)
    },
  }
}

/** As many heads as are remembered, the last one of those that share a place; a power of two. */
const headPlaces = 4096

/** Remembers the heads of requests by their checksums: one taken for another does no harm. */
function createSeenHeads() {
  const sums = new Uint32Array(headPlaces)
  return {
    /** Whether the head came before, lately. */
    hasSeen(head: string): boolean {
      const sum = crc32(head)
      const place = sum & (headPlaces - 1)
      if (sums[place] === sum) return true
      sums[place] = sum
      return false
    },
  }
}
