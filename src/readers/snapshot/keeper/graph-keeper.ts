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
  readonly changes: SharedSignal
  /** Maximum time between checks, which also detect a lost database. */
  readonly checkEveryMs: number
  /** 0: keep no graph in memory. */
  readonly maxBytes: number
  /** Where to save the graph for a start without the database; null: nowhere. */
  readonly file: string | null
  readonly log: DatabaseLog
  /** Timeout of a check, after which the database counts as away; 5 seconds by default. */
  readonly lookMs?: number
}

export interface GraphKeeper {
  current(): MemoryGraph | null
  /** Where the graph was first loaded from, and the seconds since it was last confirmed. */
  freshness(): { readonly loadedFrom: 'DATABASE' | 'DISK'; readonly ageSeconds: number }
  /** Whether the last attempt to reach the database failed. */
  isDatabaseAway(): boolean
  /** How often the database came back with another history, as after a failover to a lagging standby, or a restore. */
  historiesReplaced(): number
  /** Waits briefly for a version to become current; true without a graph in memory. Never rejects. */
  reached(version: number): Promise<boolean>
  /** @throws if there is neither a database nor a saved graph */
  start(): Promise<void>
  stop(): Promise<void>
}

const saveEveryMs = 30_000
/** Share of the time spent saving, so that a large, busy graph is saved less often. */
const savingShare = 0.01
const longestWaitMs = 2000
const defaultLookMs = 5000

/**
 * Keeps the published graph in memory: loads it at the start, applies each change, and serves the last one while the database is
 * away. The current graph serves until its successor is complete.
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
      `The database has a different history now, as after a failover to a lagging standby, or a restore: version ${last.version} (change ${last.position}) was replaced by version ${now.version} (change ${now.position}). Commits that only the old history had are lost; clients that follow the feed get BAD_CURSOR and reread the graph.`,
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
          `The database cannot be reached for the graph (${(error as Error).message}); serving version ${graph?.snapshot.state.version} until it is back.`,
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
      // The file was confirmed when it was written.
      confirmedAt = (await stat(file)).mtimeMs
      return kept
    } catch (error) {
      log.warn(`The graph saved in ${file} is not used: ${(error as Error).message}`)
      return null
    }
  }

  /** Saves the graph if it changed, one write at a time. */
  function save(): Promise<void> {
    saving = saving.then(async () => {
      const kept = graph
      if (file === null || kept === null || (saved && isSame(saved, kept.snapshot.state))) return
      const started = Date.now()
      try {
        await mkdir(dirname(file), { recursive: true })
        // A stop must not wait for the disk: the system outlives it, and a damaged file is never used.
        await writeGraphFile(file, kept, !stopping.signal.aborted)
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
          // Otherwise each change during a save would trigger another one.
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

/** Two histories may share a version number. */
function isSame(one: GraphState, other: GraphState): boolean {
  return one.version === other.version && one.changedAt === other.changedAt
}
