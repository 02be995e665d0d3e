import { isDeepStrictEqual } from 'node:util'
import type { Pool } from 'pg'
import { createDatabaseReader } from '../../src/readers/database/database-reader.ts'
import { createFieldSet } from '../../src/readers/fields.ts'
import type { EntityFields } from '../../src/readers/graph-reader.ts'
import type { Reader } from '../../src/readers/reader.ts'
import { readGraph } from '../../src/readers/snapshot/keeper/read-graph.ts'
import { createSnapshotReader } from '../../src/readers/snapshot/snapshot-reader.ts'
import { DifferentAnswers } from '../compare.ts'
import type { Sample } from '../samples.ts'
import { rotate } from '../statistics.ts'
import type { WalkName } from './queries.ts'
import { databaseSamples, timesOf, type WalkTimes } from './walk-times.ts'
import { warmUp, type WalkTiming } from './warm-up.ts'

export interface WalkReaders {
  readonly memory: Reader
  readonly database: Reader
}

/** Both readers over one graph, in this process. */
export async function openWalkReaders(pool: Pool): Promise<WalkReaders> {
  const database = createDatabaseReader(pool)
  return { memory: createSnapshotReader(await readGraph(pool, null, Infinity), database), database }
}

const slugs: EntityFields = createFieldSet(['slug'])
const slugsOfPath = {
  key: 'slugs',
  entities: slugs,
  edges: { ...createFieldSet([]), source: null, target: null },
}

/** The walks of `queries.ts` as their resolvers ask them. */
const reads: Readonly<Record<WalkName, (reader: Reader, sample: Sample) => unknown>> = {
  shortestPath: (reader, { s, t }) =>
    reader.shortestPath(
      s!,
      t!,
      { direction: 'ANY', relations: null, through: null, maxLength: 6, cost: 'HOPS' },
      slugsOfPath,
    ),
  reachable: (reader, { s }) =>
    reader.reachableFrom(s!, {
      reach: { direction: 'ANY', relations: null, where: null, minDepth: 1, maxDepth: 3 },
      page: { limit: 100, backward: false, after: null, before: null },
      fields: { key: 'slugs', node: slugs, path: null },
      withPositions: false,
    }),
}

/**
 * Time one walk by itself, from the reader's call to its answer: without HTTP and GraphQL, which take the same of both.
 *
 * @throws DifferentAnswers where the readers do not say the same
 */
export async function measureReads(
  name: WalkName,
  readers: WalkReaders,
  samples: readonly Sample[],
  timing: WalkTiming,
  signal: AbortSignal,
): Promise<WalkTimes> {
  const few = samples.slice(0, databaseSamples)
  for (const sample of few) {
    const [ours, other] = [
      await reads[name](readers.memory, sample),
      await reads[name](readers.database, sample),
    ]
    if (!isDeepStrictEqual(plain(ours), plain(other)))
      throw new DifferentAnswers(`The readers do not agree about ${name} with ${JSON.stringify(sample)}.`)
  }
  await warmUp(samples, timing, signal, (sample) => reads[name](readers.memory, sample))
  await warmUp(few, timing, signal, (sample) => reads[name](readers.database, sample))
  const times = { memory: [] as number[][], database: [] as number[][] }
  for (let round = 0; round < timing.rounds; round++)
    for (const contender of rotate(['memory', 'database'] as const, round)) {
      const own: number[] = []
      for (const sample of contender === 'memory' ? samples : few) {
        signal.throwIfAborted()
        const started = performance.now()
        await reads[name](readers[contender], sample)
        own.push(performance.now() - started)
      }
      times[contender].push(own)
    }
  return timesOf(name, times)
}

/** Records without what a reader keeps beside them. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
