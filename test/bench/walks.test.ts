import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { DifferentAnswers } from '../../bench/compare.ts'
import { listenOnFreePort } from '../../bench/contenders/listen.ts'
import { measureReads } from '../../bench/walks/measure-reads.ts'
import { measureWalk, type TimedContender } from '../../bench/walks/measure-walk.ts'
import type { Reader } from '../../src/readers/reader.ts'

const walk = { name: 'reachable', title: 'a walk', document: '{ a }', samples: '' } as const
const samples = Array.from({ length: 40 }, (_, index) => ({ s: `noun-${index}` }))
const { signal } = new AbortController()

let servers: Server[] = []
afterEach(() => {
  for (const server of servers) server.close()
  servers = []
})

/** A contender that answers by its own rule and says that the n-th request of a round took so many milliseconds. */
async function contender(
  answer: (body: string) => string,
  milliseconds: (n: number) => number,
): Promise<TimedContender> {
  let timings: number[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      timings.push(milliseconds(timings.length))
      response.end(answer(body))
    })
  })
  servers.push(server)
  const url = await listenOnFreePort(server)
  return {
    url,
    takeTimings() {
      const taken = timings
      timings = []
      return Promise.resolve(taken)
    },
  }
}

describe('the walks', () => {
  test('are timed by their servers, the database by the first ones alone, and compared walk by walk', async () => {
    const memory = await contender(String, (n) => n + 1)
    const database = await contender(String, (n) => 200 * (n + 1))
    const report = await measureWalk(walk, { memory, database }, samples, { rounds: 3, warmUpMs: 20 }, signal)
    expect(report).toEqual({
      results: [
        { walk: 'reachable', contender: 'memory', p50: 20, p99: 40, requests: 40 },
        { walk: 'reachable', contender: 'database', p50: 3000, p99: 6000, requests: 30 },
      ],
      ratios: [{ walk: 'reachable', ratio: 200 }],
    })
  })

  test('end the run where the two say something else', async () => {
    const memory = await contender(String, () => 1)
    const database = await contender(
      (body) => body.replace('noun-7"', 'verb-7"'),
      () => 1,
    )
    const run = measureWalk(walk, { memory, database }, samples, { rounds: 1, warmUpMs: 0 }, signal)
    await expect(run).rejects.toThrow(DifferentAnswers)
    await expect(run).rejects.toThrow(
      /^reachable with {"s":"noun-7"}: memory says .+noun-7.+database says .+verb-7/,
    )
  })

  test('are timed alone too, reader by reader, which must say the same', async () => {
    const readerOf = (milliseconds: number, slug: string) =>
      ({
        reachableFrom: async () => {
          if (milliseconds > 0) await sleep(milliseconds)
          return { items: [{ item: { node: { slug } } }] }
        },
      }) as unknown as Reader
    const memory = readerOf(0, 'a')
    const few = samples.slice(0, 3)
    const { results, ratios } = await measureReads(
      'reachable',
      { memory, database: readerOf(30, 'a') },
      few,
      { rounds: 1, warmUpMs: 20 },
      signal,
    )
    expect(results).toMatchObject([
      { contender: 'memory', requests: 3 },
      { contender: 'database', requests: 3 },
    ])
    expect(ratios[0]!.ratio).toBeGreaterThan(1)
    await expect(
      measureReads(
        'reachable',
        { memory, database: readerOf(0, 'b') },
        few,
        { rounds: 1, warmUpMs: 0 },
        signal,
      ),
    ).rejects.toThrow(DifferentAnswers)
  })
})
