import { StorageUnavailableError, VersionConflictError, type ContentDriver } from '../content-driver.ts'

/** What of a pair does not work; both null if it is as it should be. */
export interface Degradation {
  /** Why reads come from the fallback and writes are refused. */
  readonly primary: string | null
  /** Why the fallback does not have the newest version. */
  readonly mirror: string | null
}

export interface FallbackDriver extends ContentDriver {
  status(): Degradation
  /**
   * Brings the versions that the fallback lacks over, in order.
   *
   * @returns how many
   * @throws StorageUnavailableError also if the fallback holds a version that the primary does not
   */
  catchUp(): Promise<number>
}

/** Versions that one save brings over at most: whoever saves must not wait for a whole history. */
const copiedWithSave = 20

/**
 * Two drivers as one. Reads come from the primary, and from the fallback while the primary is out; writes go to the
 * primary, then to the fallback. While the primary is out nothing is written: two stores that both took saves could not
 * be joined again. A fallback that fails does not fail a save; the next one brings over what it lacks.
 *
 * @param onChange told once when the pair degrades, and once when it has recovered
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

  /** @param isAnswer what the fallback must have to speak for the primary: an empty one only lags behind */
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

  /** @param most versions at once */
  async function copyMissing(most: number): Promise<number> {
    const target = await primary.readHead()
    const present = await fallback.readHead()
    const start = present?.version ?? 0
    if (present !== null) {
      const [same] = await primary.listVersions({ after: start - 1, limit: 1, order: 'oldest-first' })
      if (same?.version !== start || same.hash !== present.hash)
        throw new StorageUnavailableError(
          fallback.kind,
          `The fallback ${fallback.kind} holds a version ${start} that ${primary.kind} does not have. Compare the two (kb parity), then give the fallback an empty place.`,
        )
    }
    const end = target?.version ?? 0
    let copied = 0
    for (let version = start + 1; version <= end; version++, copied++) {
      if (copied === most)
        throw new StorageUnavailableError(
          fallback.kind,
          `The fallback ${fallback.kind} still lacks ${end - version + 1} versions; \`kb content mirror --apply\` brings them over.`,
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
        // Another process brings the same versions over.
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
        // Told by `status` and the log; the save itself is in.
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
