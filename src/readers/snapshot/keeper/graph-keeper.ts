import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Pool } from 'pg'
import type { DatabaseLog } from '../../../database/connection/database-log.ts'
import { createSignal, type SharedSignal } from '../../../domain/signal.ts'
import type { GraphState } from '../../../graph/snapshot.ts'
import { readGraphFile, writeGraphFile } from './graph-file.ts'
import { SnapshotTooLargeError } from './load-snapshot.ts'
import type { MemoryGraph } from './memory-graph.ts'
import { isOtherHistory, readGraph, readGraphState, roomToMove } from './read-graph.ts'

export interface GraphKeeperOptions {
  readonly pool: Pool
  /** Says that the graph may have changed. */
  readonly changes: SharedSignal
  /** Look for changes at least this often, by which it is also known that the database is there. */
  readonly checkEveryMs: number
  /** 0: keep no graph in memory. */
  readonly maxBytes: number
  /** Where the graph is kept for a start without the database; null: nowhere. */
  readonly file: string | null
  readonly log: DatabaseLog
  /** A look is one short statement: a database that takes longer is away. 5 seconds by default. */
  readonly lookMs?: number
}

/** The graph in memory as a server has it. */
export interface GraphKeeper {
  /** The last graph that is known; null if the database must be asked. */
  current(): MemoryGraph | null
  /** Where the current graph was first taken from, and the seconds since it was known to be the database's. */
  freshness(): { readonly loadedFrom: 'DATABASE' | 'DISK'; readonly ageSeconds: number }
  /** Whether the database could not be asked when it was last tried. */
  isDatabaseAway(): boolean
  /** How often the database's history was found to be another one, as after a failover to a standby that lagged, or a restore. */
  historiesReplaced(): number
  /** Whether the graph of a version is current, which is waited for for a while; true where there is no graph in memory. Never rejects. */
  reached(version: number): Promise<boolean>
  /** @throws where there is neither a database nor a kept graph */
  start(): Promise<void>
  stop(): Promise<void>
}

const saveEveryMs = 30_000
/** Saving may take this share of the time, so a large graph that always changes is saved less often. */
const savingShare = 0.01
const longestWaitMs = 2000
const defaultLookMs = 5000

/**
 * Keeps the published graph in memory: reads it at the start, moves it on with each change, and goes on with the last one
 * while the database is away. The graph that is being answered from stays until the next one stands.
 */
export function createGraphKeeper(options: GraphKeeperOptions): GraphKeeper {
  const { pool, changes, checkEveryMs, maxBytes, file, log, lookMs = defaultLookMs } = options
  const stopping = new AbortController()
  const wanted = createSignal()
  const moved = createSignal()
  let graph: MemoryGraph | null = null
  let loadedFrom: 'DATABASE' | 'DISK' = 'DATABASE'
  let confirmedAt = 0
  let isAway = false
  let histories = 0
  let isTooLarge = maxBytes === 0
  let saved: GraphState | undefined
  let savedAt = 0
  let saveMs = 0
  let following: Promise<void> | undefined
  let saving: Promise<void> = Promise.resolve()

  async function catchUp(): Promise<void> {
    const state = await readGraphState(pool, lookMs)
    const known = graph?.snapshot.state
    if (known === undefined || !isSame(known, state)) {
      const [last, next] = [graph, await readGraph(pool, graph, maxBytes)]
      const hasMoved = last?.snapshot.lineage === next.snapshot.lineage
      if (last === null) loadedFrom = 'DATABASE'
      else if (!hasMoved && (await isOtherHistory(pool, last.snapshot.state, next.snapshot.state)))
        warnOfHistory(last.snapshot.state, next.snapshot.state)
      graph = next
    }
    confirmedAt = Date.now()
  }

  function warnOfHistory(last: GraphState, now: GraphState): void {
    histories++
    log.warn(
      `The database has another history than before, as after a failover to a lagging standby, or a restore: version ${last.version} (change ${last.position}) was replaced by version ${now.version} (change ${now.position}). What was committed only there is lost; clients that follow the feed get BAD_CURSOR and read the graph anew.`,
    )
  }

  async function tryCatchUp(): Promise<void> {
    try {
      await catchUp()
      if (isAway) log.info(`The database is back; the graph is at version ${graph?.snapshot.state.version}.`)
      isAway = false
      moved.give()
    } catch (error) {
      if (error instanceof SnapshotTooLargeError) return giveUp(error)
      if (!isAway)
        log.warn(
          `The database cannot be asked for the graph (${(error as Error).message}); answers come from version ${graph?.snapshot.state.version} until it is back.`,
        )
      isAway = true
    }
  }

  function giveUp({ message }: SnapshotTooLargeError): void {
    isTooLarge = true
    graph = null
    log.warn(
      `${message} The database answers all reads; raise KB_SNAPSHOT_MAX_MB to answer them from memory.`,
    )
    stopping.abort()
  }

  async function readKept(): Promise<MemoryGraph | null> {
    if (file === null) return null
    try {
      const kept = await readGraphFile(file)
      if (kept !== null && kept.byteSize > maxBytes * roomToMove) throw new SnapshotTooLargeError(maxBytes)
      if (kept === null) return null
      // It was the database's when it was written, at least.
      confirmedAt = (await stat(file)).mtimeMs
      return kept
    } catch (error) {
      log.warn(`The graph kept in ${file} is not used: ${(error as Error).message}`)
      return null
    }
  }

  /** Writes the graph to its file unless it is there, one write at a time. */
  function save(): Promise<void> {
    saving = saving.then(async () => {
      const kept = graph
      if (file === null || kept === null || (saved && isSame(saved, kept.snapshot.state))) return
      const started = Date.now()
      try {
        await mkdir(dirname(file), { recursive: true })
        await writeGraphFile(file, kept)
        saved = kept.snapshot.state
      } catch (error) {
        log.warn(`The graph could not be saved to ${file}: ${(error as Error).message}`)
      }
      savedAt = Date.now()
      saveMs = savedAt - started
    })
    return saving
  }

  async function follow(): Promise<void> {
    const heard = changes.heed()
    const either = () => {
      const [a, b] = [heard.count(), wanted.count()]
      const ended = new AbortController()
      const any = AbortSignal.any([stopping.signal, ended.signal])
      return Promise.race([heard.passed(a, checkEveryMs, any), wanted.passed(b, checkEveryMs, any)]).finally(
        () => ended.abort(),
      )
    }
    try {
      while (!stopping.signal.aborted) {
        const next = either()
        await tryCatchUp()
        if (Date.now() - savedAt > Math.max(saveEveryMs, saveMs / savingShare)) {
          // Or each change that comes while it is saved would have it saved once more.
          savedAt = Date.now()
          void save()
        }
        await next
      }
    } finally {
      heard.end()
    }
  }

  return {
    current: () => graph,
    isDatabaseAway: () => isAway,
    historiesReplaced: () => histories,
    freshness: () => ({ loadedFrom, ageSeconds: Math.max(0, Math.floor((Date.now() - confirmedAt) / 1000)) }),
    async reached(version) {
      const deadline = Date.now() + longestWaitMs
      while (graph !== null && graph.snapshot.state.version < version && Date.now() < deadline) {
        const seen = moved.count()
        wanted.give()
        await moved.passed(seen, deadline - Date.now(), stopping.signal)
        if (stopping.signal.aborted) break
      }
      return graph === null || graph.snapshot.state.version >= version
    },
    async start() {
      if (isTooLarge) return
      graph = await readKept()
      if (graph !== null) {
        loadedFrom = 'DISK'
        saved = graph.snapshot.state
        savedAt = Date.now()
      }
      if (graph === null) {
        try {
          await catchUp()
        } catch (error) {
          if (!(error instanceof SnapshotTooLargeError)) throw error
          giveUp(error)
        }
      } else await tryCatchUp()
      if (!isTooLarge) following = follow()
    },
    async stop() {
      stopping.abort()
      await following
      await save()
    },
  }
}

/** Versions of two histories may be the same number. */
function isSame(one: GraphState, other: GraphState): boolean {
  return one.version === other.version && one.changedAt === other.changedAt
}
