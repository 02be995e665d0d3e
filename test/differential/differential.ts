import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kind, validate, type SelectionSetNode } from 'graphql'
import type { Pool } from 'pg'
import { readGraphFile, writeGraphFile } from '../../src/readers/snapshot/keeper/graph-file.ts'
import { readGraph } from '../../src/readers/snapshot/keeper/read-graph.ts'
import { createDraw } from './draw.ts'
import { harvestCursors } from './harvest.ts'
import { readKnownValues, type KnownValues } from './known-values.ts'
import { minimise, withoutField } from './minimise.ts'
import { writeRandomGraph } from './random-graph.ts'
import { randomOperation, type Operation } from './random-operation.ts'
import { writeSomething } from './random-writes.ts'
import { failedPaths, isSameBody } from './same-body.ts'
import { startThreeWays, type Answers, type ThreeWays, type ThreeWaysOptions } from './three-ways.ts'

export interface DifferentialOptions extends Pick<ThreeWaysOptions, 'spoil'> {
  readonly pool: Pool
  readonly url: string
  readonly seed: number
  readonly count: number
  /** Operations between writes. */
  readonly writeEvery: number
  /** Stops after this many differences. */
  readonly mostDifferences: number
  readonly onProgress?: (done: number) => void
}

export interface Difference {
  readonly logged: string
  readonly operation: Operation
  readonly answers: Answers
  readonly at: number
  readonly graph: string
}

type Found = Pick<Difference, 'logged' | 'operation' | 'answers'>

export interface DifferentialReport {
  readonly count: number
  readonly lanes: Record<Answers['lane'], number>
  /** Operations by root field. */
  readonly roots: Record<string, number>
  /** Responses by the code of their first error; `ok` without errors. */
  readonly outcomes: Record<string, number>
  readonly bytes: number
  readonly writes: Record<string, number>
  /** Batches that ran on a graph other than the keeper's. */
  readonly anew: { readonly loaded: number; readonly read: number }
  readonly differences: Difference[]
}

/** Runs random operations three ways, with writes in between, and reports differing responses. */
export async function runDifferential(options: DifferentialOptions): Promise<DifferentialReport> {
  const { pool, url, seed, count, writeEvery, mostDifferences } = options
  await writeRandomGraph(pool, seed)
  const ways = await startThreeWays({ pool, url, ...(options.spoil && { spoil: options.spoil }) })
  const folder = await mkdtemp(join(tmpdir(), 'kb-differential-'))
  const tally = createTally()
  try {
    let known = await readKnownValues(pool, new Map())
    let graph = "the keeper's, as loaded"
    for (let at = 0; at < count && tally.differences.length < mostDifferences; at++) {
      if (at > 0 && at % writeEvery === 0) {
        const done = await writeSomething(pool, createDraw(seed * 7919 + at), 1 + (at % 12))
        for (const name of done) tally.writes[name] = (tally.writes[name] ?? 0) + 1
        await ways.catchUp()
        known = await readKnownValues(pool, known.lists)
        graph = await chooseGraph(ways, join(folder, 'graph.snapshot'), (at / writeEvery) % 6)
        if (graph === 'loaded anew') tally.anew.loaded++
        if (graph === 'read from its file') tally.anew.read++
        options.onProgress?.(at)
      }
      const operation = chooseOperation(ways, seed * 1_000_003 + at, known)
      const answers = await ways.ask(operation)
      tally.count++
      tallyAnswer(tally, operation, answers)
      if (isWrong(answers)) {
        const smallest = await smallestOf(ways, operation, answers)
        if (!(await isChoice(ways, smallest))) tally.differences.push({ ...smallest, at, graph })
      }
      harvest(ways, operation, answers.database, known)
    }
    return tally
  } finally {
    await ways.stop()
    await rm(folder, { recursive: true, force: true })
  }
} // prettier-ignore

function createTally() {
  return {
    count: 0,
    lanes: { compiled: 0, threw: 0, ordinary: 0 },
    roots: {} as Record<string, number>,
    outcomes: {} as Record<string, number>,
    bytes: 0,
    writes: {} as Record<string, number>,
    anew: { loaded: 0, read: 0 },
    differences: [] as Difference[],
  }
}

/** Usually the keeper's graph, updated by each write; sometimes a fresh one. */
async function chooseGraph(ways: ThreeWays, file: string, turn: number): Promise<string> {
  ways.show(null)
  if (turn !== 2 && turn !== 5) return "the keeper's, moved on"
  if (turn === 2) {
    ways.show(await readGraph(ways.pool, null, 2 ** 30))
    return 'loaded anew'
  }
  await writeGraphFile(file, ways.keeper.current()!)
  ways.show(await readGraphFile(file))
  return 'read from its file'
}

/** Half of all operations use only fields the fast path compiles. */
function chooseOperation({ schema, laneFields }: ThreeWays, seed: number, known: KnownValues): Operation {
  const draw = createDraw(seed)
  return randomOperation(schema, draw, known, draw.chance(0.5) ? laneFields : null)
}

function isWrong({ compiled, database, ...others }: Answers): boolean {
  const bodies = [others.memory, others.memoryAgain, others.databaseAgain]
  if (bodies.some((body) => !isSameBody(body, database))) return true
  return (compiled !== null && compiled !== database) || database.includes('"code":"INTERNAL"')
}

async function smallestOf(ways: ThreeWays, operation: Operation, answers: Answers): Promise<Found> {
  const smallest = await minimise(ways.schema, operation, async (each) => isWrong(await ways.ask(each)))
  const last = await ways.ask(smallest)
  // Report a flaky difference as first seen.
  return isWrong(last)
    ? { operation: smallest, answers: last, logged: ways.logged() }
    : { operation, answers, logged: '' }
}

/**
 * Whether responses report different errors for the same null, which the specification allows: without one failing field, all
 * ways must agree.
 */
async function isChoice(ways: ThreeWays, { operation, answers }: Found): Promise<boolean> {
  if (answers.compiled !== null || answers.database.includes('"code":"INTERNAL"')) return false
  const bodies = [answers.memory, answers.memoryAgain, answers.database, answers.databaseAgain]
  const data = new Set(bodies.map((body) => JSON.stringify((JSON.parse(body) as { data?: unknown }).data)))
  const paths = new Map(bodies.flatMap(failedPaths).map((path) => [path.join('.'), path]))
  if (data.size > 1 || paths.size < 2 || paths.has('')) return false
  for (const path of paths.values()) {
    const without = withoutField(operation, path)
    if (validate(ways.schema, without.document).length > 0 || isWrong(await ways.ask(without))) return false
  }
  return true
}

function tallyAnswer(tally: ReturnType<typeof createTally>, { document }: Operation, answers: Answers): void {
  tally.lanes[answers.lane]++
  tally.bytes += answers.database.length
  const outcome = /"code":"([A-Z_]{6,})"\}/.exec(answers.database)?.[1] ?? 'ok'
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1
  const names = new Set<string>()
  for (const definition of document.definitions) {
    const isRoot =
      definition.kind === Kind.OPERATION_DEFINITION ||
      (definition.kind === Kind.FRAGMENT_DEFINITION && definition.typeCondition.name.value === 'Query')
    if (isRoot) collectFields(definition.selectionSet, names)
  }
  for (const name of names) tally.roots[name] = (tally.roots[name] ?? 0) + 1
}

function collectFields(set: SelectionSetNode, names: Set<string>): void {
  for (const node of set.selections)
    if (node.kind === Kind.FIELD) names.add(node.name.value)
    else if (node.kind === Kind.INLINE_FRAGMENT) collectFields(node.selectionSet, names)
}

function harvest({ schema }: ThreeWays, { document }: Operation, body: string, known: KnownValues): void {
  const { data } = JSON.parse(body) as { data?: unknown }
  harvestCursors(schema, document, data, known.lists)
}
