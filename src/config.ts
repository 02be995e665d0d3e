import { z } from 'zod'
import { SettingsError } from './errors.ts'
import { nearestName } from './domain/text/nearest-name.ts'

/** Most load balancers need this long to stop routing after a connection closes. */
const productionDrainMs = 1000

const yes = ['1', 'true', 'yes', 'on']
const no = ['0', 'false', 'no', 'off']

const postgresUrl = z.string().refine((text) => isUrlOf(text, ['postgres:', 'postgresql:']), {
  error: 'is not a PostgreSQL URL; use postgresql://user:password@host:5432/name',
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
/** Comma-separated items. */
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

/** A setting: its variables, in the order of `.env.example`, and how to read them. */
interface Setting<Value> {
  readonly variables: Readonly<Record<string, z.ZodType>>
  readonly read: (given: Readonly<Record<string, unknown>>) => Value
}

function from<Value>(variable: string, schema: z.ZodType<Value>): Setting<Value> {
  return { variables: { [variable]: schema }, read: (given) => given[variable] as Value }
}

function fromAll<const Variables extends Readonly<Record<string, z.ZodType>>, Value>(
  variables: Variables,
  read: (
    given: { readonly [Name in keyof Variables]: z.output<Variables[Name]> } & { readonly NODE_ENV?: string },
  ) => Value,
): Setting<Value> {
  return { variables, read: read as Setting<Value>['read'] }
}

/**
 * Every setting: variables, constraints, default and meaning. Empty strings count as unset. The type, the
 * parser and the checks of `.env.example` and the docs all derive from this table.
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
        error: 'is not a web address; use https://host',
      }),
    ),
  ),
  backupOutputPath: from('BACKUP_OUTPUT_PATH', text.default('./backups/')),
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
  /** Further deployment URLs that may be compared, besides `baseUrl`. */
  allowedDeployments: from(
    'KB_ALLOWED_DEPLOYMENTS',
    list((url) => isUrlOf(url, ['http:', 'https:']), {
      error: 'is not a list of web addresses; use https://one.example,https://two.example',
    }),
  ),
  /** Maximum field depth of an operation. */
  maxDepth: from('KB_MAX_DEPTH', whole(15, 1, 100)),
  maxCost: from('KB_MAX_COST', whole(10_000, 1, 1_000_000_000)),
  operationTimeoutMs: from('KB_OPERATION_TIMEOUT_MS', whole(10_000, 100, 600_000)),
  /** Cost points per client and minute; 0: unlimited. */
  rateLimit: from('KB_RATE_LIMIT', whole(0, 0, 2_000_000_000)),
  /** Number of proxies whose `X-Forwarded-For` is trusted. */
  trustedProxies: from('KB_TRUSTED_PROXIES', whole(0, 0, 10)),
  trustedDocuments: from('KB_TRUSTED_DOCUMENTS', optional(text)),
  /** Reject all other documents. */
  trustedDocumentsOnly: from('KB_TRUSTED_DOCUMENTS_ONLY', flag(false)),
  /** Origins whose pages may read responses. */
  corsOrigins: from(
    'KB_CORS_ORIGINS',
    list((origin) => URL.parse(origin)?.origin === origin, {
      error: 'is not a list of origins; use https://one.example,https://two.example without a path',
    }),
  ),
  vercelProjectId: from('VERCEL_PROJECT_ID', optional(text)),
  vercelOrgId: from('VERCEL_ORG_ID', optional(text)),
  /** Commit of this build, if the platform provides it. */
  gitCommit: from('VERCEL_GIT_COMMIT_SHA', optional(text)),
  /** NODE_ENV is `production`: no GraphiQL, JSON logs, stricter settings. */
  production: fromAll({ NODE_ENV: text.optional() }, ({ NODE_ENV }) => NODE_ENV === 'production'),
  logLevel: from(
    'KB_LOG_LEVEL',
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ),
  /** Log statements that take this long; 0: none. */
  slowQueryMs: from('KB_SLOW_QUERY_MS', whole(1000, 0, 600_000)),
  /** Null: tracing is off. */
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
  serviceName: from('OTEL_SERVICE_NAME', text.default('knowledge-backbone')),
  /** Poll the database for changes this often; null: use LISTEN. */
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
  /** Memory limit of the published graph; 0: do not keep it in memory. */
  snapshotMaxMb: from('KB_SNAPSHOT_MAX_MB', whole(512, 0, 4000)),
  /** Seconds by which the graph in memory may lag before the server is not ready; 0: unlimited. */
  maxGraphAge: from('KB_MAX_GRAPH_AGE', whole(60, 0, 1_000_000)),
  /** Memory for cached responses, which last until the graph changes; 0: no cache. */
  answerCacheMb: from('KB_ANSWER_CACHE_MB', whole(8, 0, 1000)),
  /** How long a stopping server keeps responding while it reports that it is not ready. */
  drainMs: fromAll(
    { KB_DRAIN_MS: wholeIfSet(0, 600_000).optional() },
    ({ KB_DRAIN_MS, NODE_ENV }) => KB_DRAIN_MS ?? (NODE_ENV === 'production' ? productionDrainMs : 0),
  ),
  /** Signs cursors; null: use a secret of the data folder or the process. */
  cursorSecret: from(
    'KB_CURSOR_SECRET',
    optional(text.min(16, { error: 'is too short; use 16 characters or more' })),
  ),
}

type Table = typeof table
/** Validated settings; null means unset. */
export type Settings = { readonly [Name in keyof Table]: ReturnType<Table[Name]['read']> }
export type StorageBackend = Settings['adminStorageBackend']
export type LogLevel = Settings['logLevel']

const settings = Object.entries(table) as [keyof Settings, Setting<unknown>][]

export const variablesOfSettings: ReadonlyMap<keyof Settings, readonly string[]> = new Map(
  settings.map(([name, { variables }]) => [name, Object.keys(variables)]),
)

/** All variables that `loadSettings` reads, in the order of `.env.example`. */
export const settingNames: readonly string[] = [...variablesOfSettings.values()].flat()

const environmentSchema = z.object(Object.assign({}, ...settings.map(([, { variables }]) => variables)))

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings, once, at startup. A SettingsError lists every problem, but never a value. */
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

/** Conflicts between variables. */
function* contradictions(given: Environment): Generator<string> {
  if (yes.includes(given['KB_TRUSTED_DOCUMENTS_ONLY']?.toLowerCase() ?? '') && !given['KB_TRUSTED_DOCUMENTS'])
    yield 'KB_TRUSTED_DOCUMENTS is missing; KB_TRUSTED_DOCUMENTS_ONLY needs the document manifest.'
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

/** Throws a SettingsError with all optional settings that an operation needs and lacks. */
export function requireSettings(purpose: string, needed: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(needed).filter((name) => needed[name] === null || needed[name] === undefined)
  if (missing.length > 0)
    throw new SettingsError(missing.map((name) => `${name} is missing; ${purpose} needs it.`))
}
