import { StorageUnavailableError, VersionConflictError, type ContentDriver } from '../content-driver.ts'

/** What is wrong with a pair; both null if it is healthy. */
export interface Degradation {
  /** Why reads use the fallback and writes are refused. */
  readonly primary: string | null
  /** Why the fallback lacks the newest version. */
  readonly mirror: string | null
}

export interface FallbackDriver extends ContentDriver {
  status(): Degradation
  /** Copies missing versions to the fallback, in order; throws if it has versions the primary lacks. */
  catchUp(): Promise<number>
}

/** Most versions that one save copies: nobody should wait for a whole history. */
const copiedWithSave = 20

/**
 * Combines two drivers. Reads fall back while the primary is down; writes go to the primary, then to the
 * fallback. Without the primary nothing is written, since two diverged stores could not be merged. A failing
 * fallback does not fail a save; the next one catches up.
 * @param onChange called once on degradation and once on recovery
 */
export function createFallbackDriver(
  primary: ContentDriver,
  fallback: ContentDriver,
  onChange: (status: Degradation) => void = () => {},
): FallbackDriver {
  let status: Degradation = { primary: null, mirror: null }
  const note = (part: keyof Degradation, reason: string | null) => {
    const hasChanged = (status[part] === null) !== (reason === null)
    status = { ...status, [part]: reason }
    if (hasChanged) onChange(status)
  }

  /**
   * @param isAnswer what the fallback must contain to stand in for the primary: an empty one just lags behind
   */
  async function read<Result>(
    ask: (driver: ContentDriver) => Promise<Result>,
    isAnswer: (result: Result) => boolean,
  ): Promise<Result> {
    try {
      const result = await ask(primary)
      note('primary', null)
      return result
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error
      note('primary', error.message)
      const result = await ask(fallback).catch((other: unknown) => {
        if (other instanceof StorageUnavailableError) throw error
        throw other
      })
      if (!isAnswer(result)) throw error
      return result
    }
  }

  async function copyMissing(most: number): Promise<number> {
    const target = await primary.readHead()
    const present = await fallback.readHead()
    const start = present?.version ?? 0
    if (present !== null) {
      const [same] = await primary.listVersions({ after: start - 1, limit: 1, order: 'oldest-first' })
      if (same?.version !== start || same.hash !== present.hash)
        throw new StorageUnavailableError(
          fallback.kind,
          `The fallback ${fallback.kind} has a version ${start} that ${primary.kind} lacks. Compare the two (kb parity), then start with an empty fallback.`,
        )
    }
    const end = target?.version ?? 0
    let copied = 0
    for (let version = start + 1; version <= end; version++, copied++) {
      if (copied === most)
        throw new StorageUnavailableError(
          fallback.kind,
          `The fallback ${fallback.kind} still lacks ${end - version + 1} versions; \`kb content mirror --apply\` copies them.`,
        )
      const next = await primary.readVersion(version)
      if (next === null)
        throw new StorageUnavailableError(
          primary.kind,
          `The history of ${primary.kind} lacks version ${version}.`,
        )
      await fallback.append(next, version - 1)
    }
    return copied
  }

  async function catchUp(most = Number.POSITIVE_INFINITY): Promise<number> {
    for (let round = 1; ; round++) {
      try {
        const copied = await copyMissing(most)
        note('mirror', null)
        return copied
      } catch (error) {
        // Another process is copying the same versions.
        if (error instanceof VersionConflictError && round < 5) continue
        note('mirror', (error as Error).message)
        throw error
      }
    }
  }

  return {
    kind: primary.kind,
    status: () => status,
    catchUp: () => catchUp(),
    read: () => read((driver) => driver.read(), isThere),
    readHead: () => read((driver) => driver.readHead(), isThere),
    readVersion: (version) => read((driver) => driver.readVersion(version), isThere),
    listVersions: (page) =>
      read(
        (driver) => driver.listVersions(page),
        ({ length }) => length > 0,
      ),
    countVersions: () =>
      read(
        (driver) => driver.countVersions(),
        (count) => count > 0,
      ),
    async append(next, expectedVersion, also) {
      const written = await primary.append(next, expectedVersion, also)
      note('primary', null)
      try {
        await catchUp(copiedWithSave)
        return [...written, fallback.kind]
      } catch {
        // Reported by `status` and the log; the save itself succeeded.
        return written
      }
    },
    async close() {
      await Promise.all([primary.close?.(), fallback.close?.()])
    },
  }
}

function isThere(result: unknown): boolean {
  return result !== null
}
