import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createHash } from 'node:crypto'
import { measureVisibility, type Visibility } from './edge-writes.ts'
import { startLoad, stateOf } from './load.ts'
import { pause, type OwnDatabase } from './own-database.ts'

export interface Row {
  readonly name: string
  readonly problems: readonly string[]
  readonly said: string
}

const visibleWithinMs = 1000

/** The database goes and comes back under load. */
export async function outage(own: OwnDatabase, awaySeconds: number, env: Record<string, string> = {}): Promise<Row> {
  const product = await own.serve(own.folder('outage-a'), env)
  const second = await own.serve(own.folder('outage-b'), env)
  const load = startLoad(product.url)
  try {
    await pause(1500)
    const before = load.take()
    await own.takeAway()
    const gone = performance.now()
    await pause(Math.min(3000, awaySeconds * 500))
    const early = await stateOf(product.url)
    await pause(awaySeconds * 1000 - (performance.now() - gone))
    const late = await stateOf(product.url)
    const away = load.take()
    await own.bringBack()
    const recovered = await until(async () => (await stateOf(product.url)).ready.status === 'ready', 30)
    const age = await until(async () => ((await stateOf(product.url)).snapshot?.ageSeconds ?? 99) <= 3, 30)
    const after = await measureVisibility([product.url, second.url], own.token, 8)
    const back = load.take()
    const failures = [...before.failures, ...away.failures, ...back.failures]
    const aged = (late.snapshot?.ageSeconds ?? -1) - (early.snapshot?.ageSeconds ?? 0)
    return {
      name: `the database is stopped under load, away for ${awaySeconds} s, and comes back`,
      problems: [
        ...failed(failures),
        ...(away.reads > 100 ? [] : [`only ${away.reads} reads while it was away`]),
        ...(aged > 0 && late.headerAge >= (late.snapshot?.ageSeconds ?? 0) - 1 ? [] : [`the age is not stated: ${JSON.stringify([early, late])}`]),
        ...(late.ready.status === 'degraded' && late.readyStatus === 200 && late.ready.database !== 'ok' ? [] : [`/readyz says ${JSON.stringify(late.ready)}`]),
        ...(late.headerVersion === late.snapshot?.version ? [] : ['x-graph-version is not the version of the graph']),
        ...(recovered === null || age === null ? ['it did not recover'] : []),
        ...stale(after),
      ],
      said: `${before.reads + away.reads + back.reads} reads (${away.reads} while it was away), ${failures.length} failed, ${away.searchesRefused} searches refused; age stated up to ${late.snapshot?.ageSeconds} s; ready ${recovered?.toFixed(1)} s after it came back; then ${after.rounds} edges, ${after.missedByWriter} missed by their writer, seen by both servers within ${after.slowestMs.toFixed(0)} ms`,
    }
  } finally {
    await load.end()
    await Promise.all([product.end(), second.end()])
    await own.bringBack()
  }
} // prettier-ignore

/** A server starts while the database is away, and answers from the graph that it kept. */
export async function startWithoutDatabase(own: OwnDatabase, awaySeconds: number): Promise<Row> {
  const folder = own.folder('outage-a')
  await own.takeAway()
  const started = performance.now()
  const product = await own.serve(folder)
  const seconds = (performance.now() - started) / 1000
  const load = startLoad(product.url)
  try {
    await pause(awaySeconds * 1000)
    const state = await stateOf(product.url)
    const away = load.take()
    await own.bringBack()
    const recovered = await until(async () => (await stateOf(product.url)).ready.status === 'ready', 30)
    const second = await own.serve(own.folder('start-b'))
    const after = await measureVisibility([product.url, second.url], own.token, 6)
    const back = load.take()
    const failures = [...away.failures, ...back.failures]
    return {
      name: 'a server starts while the database is away',
      problems: [
        ...failed(failures),
        ...(state.snapshot?.loadedFrom === 'DISK' ? [] : [`it was loaded from ${state.snapshot?.loadedFrom}`]),
        ...(state.ready.status === 'degraded' ? [] : [`/readyz says ${JSON.stringify(state.ready)}`]),
        ...(/Serving the cached graph/.test(product.log()) ? [] : ['it does not say so in its log']),
        ...(recovered === null ? ['it did not recover'] : []),
        ...stale(after),
      ],
      said: `listening after ${seconds.toFixed(1)} s from DISK, ${away.reads} reads while the database was away, ${back.reads} afterwards, ${failures.length} failed; ready ${recovered?.toFixed(1)} s after it came back; then ${after.rounds} edges, ${after.missedByWriter} missed, seen within ${after.slowestMs.toFixed(0)} ms`,
    }
  } finally {
    await load.end()
    await product.end()
    await own.bringBack()
  }
} // prettier-ignore

type Damage = (bytes: Buffer) => Buffer
const flip = (bytes: Buffer, at: number) => {
  const changed = Buffer.from(bytes)
  changed[at]! ^= 0x20
  return changed
}
/** With a hash that is right again, so that only what the file says can tell. */
const sealed = (bytes: Buffer) => {
  const body = bytes.subarray(0, -32)
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}
const damages: Readonly<Record<string, Damage>> = {
  'cut in the middle': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'cut by one byte': (bytes) => bytes.subarray(0, -1),
  'a flipped byte in the header': (bytes) => flip(bytes, 100),
  'a flipped byte in the body': (bytes) => flip(bytes, bytes.length - 2000),
  'a flipped byte in the hash': (bytes) => flip(bytes, bytes.length - 5),
  'a flipped byte in the first eight': (bytes) => flip(bytes, 2),
  empty: () => Buffer.alloc(0),
  'zeroes of the same length': (bytes) => Buffer.alloc(bytes.length),
  'another number of its format': (bytes) =>
    sealed(Buffer.from(bytes.toString('latin1').replace(/"format":\d+/, (text) => text.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10))), 'latin1')),
} // prettier-ignore

/** Damaged files are refused with a warning, with the database and without. */
export async function damagedFiles(own: OwnDatabase, other: OwnDatabase, isQuick: boolean): Promise<Row[]> {
  const file = graphFileOf(own.folder('outage-a'))
  const bytes = readFileSync(file)
  const theirs = other.folder('other')
  await (await other.serve(theirs)).end()
  const all: [string, Damage][] = [...Object.entries(damages), ["another database's file", () => readFileSync(graphFileOf(theirs))]]
  const rows: Row[] = []
  for (const [at, [name, damage]] of all.entries()) {
    const folder = own.folder(`damaged-${at}`)
    const target = join(folder, 'graph', file.slice(dirname(file).length + 1))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, damage(bytes))
    const problems: string[] = []
    await own.takeAway()
    const without = await own.serve(folder).then(
      async (product) => {
        problems.push('without the database it was served')
        await product.end('SIGKILL')
        return product.log()
      },
      (error: Error) => error.message,
    )
    if (!/is not used/.test(without)) problems.push('without the database there is no warning')
    await own.bringBack()
    let withIt = ''
    if (!isQuick || at % 4 === 0 || at === all.length - 1) {
      const product = await own.serve(folder)
      const { snapshot } = await stateOf(product.url)
      if (snapshot?.loadedFrom !== 'DATABASE') problems.push(`with the database it was loaded from ${snapshot?.loadedFrom}`)
      if (!/is not used/.test(product.log())) problems.push('with the database there is no warning')
      await product.end()
      withIt = '; with the database it is read anew'
    }
    const warning = /is not used: ([^"\n]*)/.exec(without)?.[1] ?? ''
    rows.push({ name: `the kept file: ${name}`, problems, said: `refused (${warning.trim()})${withIt}` })
  }
  // What was not damaged is served, or all of this proves nothing.
  const sound = own.folder('sound')
  mkdirSync(join(sound, 'graph'), { recursive: true })
  copyFileSync(file, join(sound, 'graph', file.slice(dirname(file).length + 1)))
  await own.takeAway()
  const product = await own.serve(sound).catch(() => null)
  const { snapshot } = product === null ? { snapshot: null } : await stateOf(product.url)
  await product?.end('SIGKILL')
  await own.bringBack()
  rows.push({ name: 'the kept file as it was written', problems: snapshot?.loadedFrom === 'DISK' ? [] : ['it was not served'], said: 'served without the database' })
  return rows
} // prettier-ignore

function graphFileOf(folder: string): string {
  const graph = join(folder, 'graph')
  return join(
    graph,
    readdirSync(graph).find((name) => name.endsWith('.snapshot'))!,
  )
}

/** Edges that are written through one of three servers. */
export async function threeServers(own: OwnDatabase, rounds: number): Promise<Row> {
  const products = await Promise.all(['one', 'two', 'three'].map((name) => own.serve(own.folder(name))))
  try {
    const seen = await measureVisibility(
      products.map(({ url }) => url),
      own.token,
      rounds,
    )
    return {
      name: 'three servers, edges written through each in turn',
      problems: stale(seen),
      said: `${seen.rounds} edges, ${seen.missedByWriter} missed by their writer, seen by all within ${seen.slowestMs.toFixed(0)} ms at most`,
    }
  } finally {
    await Promise.all(products.map((product) => product.end()))
  }
}

export function failed(failures: readonly string[]): string[] {
  return failures.length === 0 ? [] : [`${failures.length} reads failed, such as ${failures[0]}`]
}

export function stale({ missedByWriter, slowestMs }: Visibility, withinMs = visibleWithinMs): string[] {
  return [
    ...(missedByWriter === 0 ? [] : [`${missedByWriter} writers did not see their own edge`]),
    ...(slowestMs <= withinMs ? [] : [`an edge was seen after ${slowestMs.toFixed(0)} ms`]),
  ]
}

export async function until(check: () => Promise<boolean>, withinSeconds: number): Promise<number | null> {
  const started = performance.now()
  while (performance.now() - started < withinSeconds * 1000) {
    if (await check().catch(() => false)) return (performance.now() - started) / 1000
    await pause(100)
  }
  return null
}
