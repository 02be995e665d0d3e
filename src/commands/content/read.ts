import { once } from 'node:events'
import writeFileAtomic from 'write-file-atomic'
import type { StorageBackend } from '../../config.ts'
import { ensureSchema } from '../../database/schema/ensure.ts'
import { openDatabase } from '../../database/connection/open-database.ts'
import { resolvePointer } from '../../domain/json/pointer.ts'
import { AppError } from '../../errors.ts'
import type { ContentDriver, ContentVersion, ContentVersionHead } from '../../storage/content-driver.ts'
import { openStorage } from '../../storage/open-storage.ts'
import { headOf } from '../../storage/version-document.ts'
import type { CommandAction, CommandContext } from '../base/context.ts'
import { exitCodes } from '../base/exit-codes.ts'

export interface ContentOptions {
  readonly backend?: StorageBackend
  readonly json?: boolean
}
interface ShowOptions extends ContentOptions {
  readonly version?: number
  readonly state?: boolean
  readonly pointer?: string
}
interface ExportOptions extends ContentOptions {
  readonly version?: number
  readonly history?: boolean
  readonly out?: string
}
interface HistoryOptions extends ContentOptions {
  readonly limit: number
  readonly before?: number
}

export const showContentCommand: CommandAction<ShowOptions> = (context, options) =>
  withDriver(context, options, async (driver) => {
    const found = await readVersion(driver, options.version)
    if (options.state === true || options.pointer !== undefined) {
      const pointer = options.pointer ?? ''
      const part = resolvePointer(found.state, pointer)
      if (part === undefined)
        throw new AppError('NOT_FOUND', `Version ${found.version} has no value at ${pointer}.`)
      context.stdout.write(`${JSON.stringify(part, null, 2)}\n`)
      return
    }
    const facts = { backend: driver.kind, ...headOf(found), byteSize: byteSizeOf(found) }
    const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(13)} ${value ?? '-'}\n`)
    context.stdout.write(options.json === true ? `${JSON.stringify(facts, null, 2)}\n` : lines.join(''))
  })

export const exportContentCommand: CommandAction<ExportOptions> = (context, options) =>
  withDriver(context, options, async (driver) => {
    const write = async (text: string) => {
      if (!context.stdout.write(text)) await once(context.stdout, 'drain')
    }
    if (options.out === undefined) {
      for await (const text of exportTexts(driver, options)) await write(text)
      return
    }
    const texts: string[] = []
    for await (const text of exportTexts(driver, options)) texts.push(text)
    await writeFileAtomic(options.out, texts.join(''))
    context.stderr.write(`Wrote ${options.out}.\n`)
  })

export const historyCommand: CommandAction<HistoryOptions> = (context, options) =>
  withDriver(context, options, async (driver) => {
    const { limit, before } = options
    const heads = await driver.listVersions({ limit, before, order: 'newest-first' })
    context.stdout.write(
      options.json === true ? `${JSON.stringify(heads, null, 2)}\n` : heads.map(historyLine).join(''),
    )
  })

function historyLine({
  version,
  createdAt,
  createdBy,
  hash,
  note,
  restoredFrom,
}: ContentVersionHead): string {
  const origin = restoredFrom === null ? '' : `restored from ${restoredFrom}`
  const about = [origin, note ?? ''].filter((text) => text !== '').join(': ')
  const facts = [
    String(version).padStart(6),
    `${createdAt.slice(0, 19)}Z`,
    hash.slice(0, 12),
    createdBy.padEnd(16),
  ]
  return `${[...facts, about].join('  ').trimEnd()}\n`
}

async function* exportTexts(driver: ContentDriver, options: ExportOptions): AsyncGenerator<string> {
  if (options.history !== true) {
    const { state } = await readVersion(driver, options.version)
    yield `${JSON.stringify(state, null, 2)}\n`
    return
  }
  const count = await driver.countVersions()
  for (let version = 1; version <= count; version++)
    yield `${JSON.stringify(await readVersion(driver, version))}\n`
}

async function readVersion(driver: ContentDriver, version: number | undefined): Promise<ContentVersion> {
  const found = version === undefined ? await driver.read() : await driver.readVersion(version)
  if (found !== null) return found
  throw new AppError(
    'NOT_FOUND',
    version === undefined
      ? `Nothing was saved on ${driver.kind} yet.`
      : `There is no version ${version} on ${driver.kind}.`,
  )
}

function byteSizeOf({ state }: ContentVersion): number {
  return Buffer.byteLength(JSON.stringify(state))
}

/** Opens a database only if the content state is stored in it. */
async function withDriver(
  context: CommandContext,
  { backend }: ContentOptions,
  work: (driver: ContentDriver) => Promise<void>,
): Promise<number> {
  const settings = context.loadSettings()
  const log = context.createLog(settings)
  const isInDatabase = (backend ?? settings.adminStorageBackend) === 'neon'
  const database = isInDatabase ? await openDatabase(settings, { log, max: 2 }) : null
  try {
    if (database !== null) await ensureSchema(database, { log })
    const storage = openStorage(settings, database?.pool ?? null)
    await work(backend === undefined ? storage.driver : storage.driverOf(backend))
    return exitCodes.done
  } finally {
    await database?.stop()
  }
}
