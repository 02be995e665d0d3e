import { startOwnServer } from '../support/own-server.ts'
import { createDraw } from './draw.ts'
import { harvestCursors } from './harvest.ts'
import { readKnownValues } from './known-values.ts'
import { writeRandomGraph } from './random-graph.ts'
import { randomOperation } from './random-operation.ts'
import { startThreeWays } from './three-ways.ts'

const seed = Number(process.argv[2] ?? 1)
const count = Number(process.argv[3] ?? 100)
const server = await startOwnServer(['fsync=off', 'synchronous_commit=off'])
try {
  const { pool, url } = await server.createDatabase('diff_try')
  await writeRandomGraph(pool, seed)
  const ways = await startThreeWays({ pool, url })
  const known = await readKnownValues(pool, new Map())
  const tally: Record<string, number> = {}
  let t = 0
  for (let at = 0; at < count; at++) {
    const draw = createDraw(seed * 1_000_000 + at)
    const t0 = performance.now()
    const op = randomOperation(ways.schema, draw, known)
    t += performance.now() - t0
    const a = await ways.ask(op)
    const error = /"code":"(\w+)"/.exec(a.database)?.[1] ?? 'ok'
    tally[error] = (tally[error] ?? 0) + 1
    tally[a.lane] = (tally[a.lane] ?? 0) + 1
    tally['bytes'] = (tally['bytes'] ?? 0) + a.database.length
    if (error === 'INTERNAL')
      console.log('INTERNAL', at, op.text, JSON.stringify(op.variables), a.database.slice(0, 300))
    const differs =
      a.memory !== a.database ||
      a.memory !== a.memoryAgain ||
      (a.compiled !== null && a.compiled !== a.memory)
    if (differs) {
      console.log('DIFF', at, a.lane, op.text, JSON.stringify(op.variables))
      for (const [n, b] of Object.entries(a)) console.log(n, typeof b === 'string' ? b.slice(0, 700) : b)
    }
    try {
      harvestCursors(ways.schema, op.document, JSON.parse(a.database).data, known.lists)
    } catch (e) {
      console.log(e)
    }
  }
  console.log(tally, 'gen ms', t / count, performance.now())
  await ways.stop()
} finally {
  await server.stop()
}
