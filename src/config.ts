import { z } from 'zod'
import { SettingsError } from './errors.ts'
import { nearestName } from './domain/text/nearest-name.ts'

/** As long as most balancers need to look elsewhere after a connection was closed. */
const productionDrainMs = 1000

const yes = ['1', 'true', 'yes', 'on']
const no = ['0', 'false', 'no', 'off']

const postgresUrl = z.string().refine((text) => isUrlOf(text, ['postgres:', 'postgresql:']), {
  error: 'is not an address of a PostgreSQL database; write postgresql://user:password@host:5432/name',
})
const flag = (byDefault: boolean) =>
  z
    .string()
    .toLowerCase()
    .refine((text) => yes.includes(text) || no.includes(text), { error: 'must be true or false' })
    .transform((text) => yes.includes(text))
    .default(byDefault)
const wholeIfSet = (least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d{1,12}$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    })
    .transform(Number)
const whole = (byDefault: number, least: number, most: number) => wholeIfSet(least, most).default(byDefault)
/** Items between commas. */
const list = (isRight = (_item: string) => true, fault = { error: '' }) =>
  z
    .string()
    .transform(splitList)
    .refine((items) => items.every(isRight), fault)
    .default([])
const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z.enum(choices, { error: `must be ${choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}` })

const optional = <Value>(schema: z.ZodType<Value>) => schema.optional().transform((value) => value ?? null)
const text = z.string()

/** A setting: the variables that it comes from, in the order of `.env.example`, and how. */
interface Setting<Value> {
  readonly variables: Readonly<Record<string, z.ZodType>>
  readonly read: (given: Readonly<Record<string, unknown>>) => Value
}

/** What one variable says. */
function from<Value>(variable: string, schema: z.ZodType<Value>): Setting<Value> {
  return { variables: { [variable]: schema }, read: (given) => given[variable] as Value }
}

/** What several variables say together. */
function fromAll<const Variables extends Readonly<Record<string, z.ZodType>>, Value>(
  variables: Variables,
  read: (
    given: { readonly [Name in keyof Variables]: z.output<Variables[Name]> } & { readonly NODE_ENV?: string },
  ) => Value,
): Setting<Value> {
  return { variables, read: read as Setting<Value>['read'] }
}

/**
 * Every setting: its variables, what is allowed, its default and what it means. Empty strings count as unset. From this table
 * come the type, the reading, and the checks of `.env.example` and of the documents.
 */
const table = {
  host: from('HOST', text.default('127.0.0.1')),
  port: from(
    'PORT',
    text
      .refine((port) => /^\d{1,5}$/.test(port) && Number(port) <= 65_535, {
        error: 'must be a port number from 0 to 65535 (0 takes any free one)',
      })
      .transform(Number)
      .default(4000),
  ),
  dataDir: from('KB_DATA_DIR', text.default('.data')),
  sample: from('KB_SAMPLE', oneOf(['world-countries', 'none']).default('world-countries')),
  /** Null: the embedded database under `dataDir`. */
  databaseUrl: fromAll(
    { DATABASE_URL: postgresUrl.optional(), POSTGRES_URL: postgresUrl.optional() },
    ({ DATABASE_URL, POSTGRES_URL }) => DATABASE_URL ?? POSTGRES_URL ?? null,
  ),
  directDatabaseUrl: from('DIRECT_DATABASE_URL', optional(postgresUrl)),
  adminStorageBackend: from('ADMIN_STORAGE_BACKEND', oneOf(['neon', 'blob', 'file']).default('neon')),
  blobReadWriteToken: from('BLOB_READ_WRITE_TOKEN', optional(text)),
  adminBlobPrefix: from('ADMIN_BLOB_PREFIX', text.default('admin/')),
  adminFilePath: from('ADMIN_FILE_PATH', optional(text)),
  adminPassword: from('ADMIN_PASSWORD', optional(text)),
  adminPasswordHash: from('ADMIN_PASSWORD_HASH', optional(text)),
  baseUrl: from(
    'BASE_URL',
    optional(
      text.refine((url) => isUrlOf(url, ['http:', 'https:']), {
        error: 'is not a web address; write https://host',
      }),
    ),
  ),
  backupOutputPath: from('BACKUP_OUTPUT_PATH', text.default('./backups/')),
  /** What the release gate includes. */
  runOps: fromAll(
    {
      RUN_OPS_PARITY: flag(true),
      RUN_OPS_NEON_DRILL: flag(false),
      RUN_OPS_BLOB_FALLBACK: flag(false),
      RUN_OPS_KNOWLEDGE_DRIFT: flag(false),
    },
    (given) => ({
      parity: given.RUN_OPS_PARITY,
      neonDrill: given.RUN_OPS_NEON_DRILL,
      blobFallback: given.RUN_OPS_BLOB_FALLBACK,
      knowledgeDrift: given.RUN_OPS_KNOWLEDGE_DRIFT,
    }),
  ),
  productionDatabaseUrl: from('PRODUCTION_DATABASE_URL', optional(postgresUrl)),
  productionMarkers: from('PRODUCTION_MARKERS', list()),
  /** Base addresses of deployments that may be compared, beside `baseUrl`. */
  allowedDeployments: from(
    'KB_ALLOWED_DEPLOYMENTS',
    list((url) => isUrlOf(url, ['http:', 'https:']), {
      error: 'is not a list of web addresses; write https://one.example,https://two.example',
    }),
  ),
  /** Levels of fields that an operation may have. */
  maxDepth: from('KB_MAX_DEPTH', whole(15, 1, 100)),
  maxCost: from('KB_MAX_COST', whole(10_000, 1, 1_000_000_000)),
  operationTimeoutMs: from('KB_OPERATION_TIMEOUT_MS', whole(10_000, 100, 600_000)),
  /** Points of cost a client may spend a minute; 0: any number. */
  rateLimit: from('KB_RATE_LIMIT', whole(0, 0, 2_000_000_000)),
  /** Proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: from('KB_TRUSTED_PROXIES', whole(0, 0, 10)),
  /** Path of the manifest of trusted documents. */
  trustedDocuments: from('KB_TRUSTED_DOCUMENTS', optional(text)),
  /** Refuse all others. */
  trustedDocumentsOnly: from('KB_TRUSTED_DOCUMENTS_ONLY', flag(false)),
  /** Origins whose pages may read answers. */
  corsOrigins: from(
    'KB_CORS_ORIGINS',
    list((origin) => URL.parse(origin)?.origin === origin, {
      error: 'is not a list of origins; write https://one.example,https://two.example without a path',
    }),
  ),
  /** The Vercel project that this one is expected to be linked to. */
  vercelProjectId: from('VERCEL_PROJECT_ID', optional(text)),
  vercelOrgId: from('VERCEL_ORG_ID', optional(text)),
  /** Commit of the running build, where the platform tells it. */
  gitCommit: from('VERCEL_GIT_COMMIT_SHA', optional(text)),
  /** NODE_ENV is `production`: no GraphiQL, JSON logs, stricter settings. */
  production: fromAll({ NODE_ENV: text.optional() }, ({ NODE_ENV }) => NODE_ENV === 'production'),
  logLevel: from(
    'KB_LOG_LEVEL',
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ),
  /** Statements that take this long are logged; 0: none. */
  slowQueryMs: from('KB_SLOW_QUERY_MS', whole(1000, 0, 600_000)),
  /** Where traces are sent; null: nowhere. */
  tracesEndpoint: fromAll(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: text.optional(),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text.optional(),
      OTEL_SDK_DISABLED: flag(false),
    },
    (given) =>
      given.OTEL_SDK_DISABLED
        ? null
        : (given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? given.OTEL_EXPORTER_OTLP_ENDPOINT ?? null),
  ),
  /** What this service is called in traces. */
  serviceName: from('OTEL_SERVICE_NAME', text.default('knowledge-backbone')),
  /** Ask the database for changes this often; null: listen to it. */
  changePollMs: from(
    'KB_CHANGE_POLL_MS',
    optional(
      text
        .refine((milliseconds) => /^\d{2,6}$/.test(milliseconds) && Number(milliseconds) >= 50, {
          error: 'must be a number of milliseconds, 50 or more',
        })
        .transform(Number),
    ),
  ),
  /** Memory that the published graph may take; 0: it is not kept in memory. */
  snapshotMaxMb: from('KB_SNAPSHOT_MAX_MB', whole(512, 0, 4000)),
  /** Seconds for which the graph in memory may be older than the database before the server is not ready; 0: for ever. */
  maxGraphAge: from('KB_MAX_GRAPH_AGE', whole(60, 0, 1_000_000)),
  /** Memory for responses out of the graph in memory, cached until it changes; 0: none. */
  answerCacheMb: from('KB_ANSWER_CACHE_MB', whole(8, 0, 1000)),
  /** How long a stopping server says that it is not ready and still answers. */
  drainMs: fromAll(
    { KB_DRAIN_MS: wholeIfSet(0, 600_000).optional() },
    ({ KB_DRAIN_MS, NODE_ENV }) => KB_DRAIN_MS ?? (NODE_ENV === 'production' ? productionDrainMs : 0),
  ),
  /** Signs cursors; null: a secret of the data folder or of the process. */
  cursorSecret: from(
    'KB_CURSOR_SECRET',
    optional(text.min(16, { error: 'is too short to sign with; take 16 characters or more' })),
  ),
}

type Table = typeof table
/** What the environment says, checked; null stands for unset. */
export type Settings = { readonly [Name in keyof Table]: ReturnType<Table[Name]['read']> }
export type StorageBackend = Settings['adminStorageBackend']
export type LogLevel = Settings['logLevel']

const settings = Object.entries(table) as [keyof Settings, Setting<unknown>][]

/** The variables of each setting. */
export const variablesOfSettings: ReadonlyMap<keyof Settings, readonly string[]> = new Map(
  settings.map(([name, { variables }]) => [name, Object.keys(variables)]),
)

/** Names of all variables that `loadSettings` reads, as `.env.example` lists them. */
export const settingNames: readonly string[] = [...variablesOfSettings.values()].flat()

const environmentSchema = z.object(Object.assign({}, ...settings.map(([, { variables }]) => variables)))

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Read the settings from an environment, once, at the door.
 *
 * @throws SettingsError that names every wrong variable, what is wrong and what to do. Values are not repeated, since
 *   they may be secrets.
 * @example const settings = loadSettings(process.env)
 */
export function loadSettings(environment: Environment): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => value?.trim() && settingNames.includes(name)),
  )
  const parsed = environmentSchema.safeParse(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value?.trim()])),
  )
  const problems = [
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`)),
    ...contradictions(given),
    ...likelyTypos(environment),
  ]
  if (problems.length > 0 || !parsed.success) throw new SettingsError(problems)
  return Object.fromEntries(
    settings.map(([name, { read }]) => [name, read(parsed.data)]),
  ) as unknown as Settings
}

/** What no variable alone shows. */
function* contradictions(given: Environment): Generator<string> {
  if (yes.includes(given['KB_TRUSTED_DOCUMENTS_ONLY']?.toLowerCase() ?? '') && !given['KB_TRUSTED_DOCUMENTS'])
    yield 'KB_TRUSTED_DOCUMENTS is missing; KB_TRUSTED_DOCUMENTS_ONLY needs the manifest of the documents.'
  const backend = given['ADMIN_STORAGE_BACKEND']
  if (backend === 'blob' && !given['BLOB_READ_WRITE_TOKEN'])
    yield 'BLOB_READ_WRITE_TOKEN is missing; ADMIN_STORAGE_BACKEND=blob needs the token of the Blob store.'
  if (backend === 'file' && !given['ADMIN_FILE_PATH'])
    yield 'ADMIN_FILE_PATH is missing; ADMIN_STORAGE_BACKEND=file needs the path of the file.'
  if (given['ADMIN_PASSWORD'] && given['ADMIN_PASSWORD_HASH'])
    yield 'ADMIN_PASSWORD and ADMIN_PASSWORD_HASH are both set; keep one of them.'
  if (given['DIRECT_DATABASE_URL'] && !given['DATABASE_URL'] && !given['POSTGRES_URL'])
    yield 'DIRECT_DATABASE_URL is set without DATABASE_URL; set DATABASE_URL too, or neither for the embedded database.'
}

function* likelyTypos(environment: Environment): Generator<string> {
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('KB_') || settingNames.includes(name)) continue
    const meant = nearestName(
      name,
      settingNames.filter((known) => known.startsWith('KB_')),
    )
    if (meant !== null) yield `${name} is not a setting; did you mean ${meant}?`
  }
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function isUrlOf(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text)
  return url !== null && protocols.includes(url.protocol)
}

/**
 * Refuse at once, naming all that is missing, where an operation needs optional settings.
 *
 * @example requireSettings('ops:blob:fallback-verify', { BLOB_READ_WRITE_TOKEN: settings.blobReadWriteToken })
 * @throws SettingsError
 */
export function requireSettings(purpose: string, needed: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(needed).filter((name) => needed[name] === null || needed[name] === undefined)
  if (missing.length > 0)
    throw new SettingsError(missing.map((name) => `${name} is missing; ${purpose} needs it.`))
}
