import { z } from 'zod'
import { SettingsError } from './errors.ts'
import { nearestName } from './domain/nearest-name.ts'

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
const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z.enum(choices, { error: `must be ${choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}` })

/** Every variable that is read, in the order of `.env.example`. Empty strings count as unset. */
const variables = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
      error: 'must be a port number from 0 to 65535 (0 takes any free one)',
    })
    .transform(Number)
    .default(4000),
  KB_DATA_DIR: z.string().default('.data'),
  KB_SAMPLE: oneOf(['world-countries', 'none']).default('world-countries'),
  DATABASE_URL: postgresUrl.optional(),
  POSTGRES_URL: postgresUrl.optional(),
  DIRECT_DATABASE_URL: postgresUrl.optional(),
  DATABASE_REPLICA_URL: postgresUrl.optional(),
  ADMIN_STORAGE_BACKEND: oneOf(['neon', 'blob', 'file']).default('neon'),
  BLOB_READ_WRITE_TOKEN: z.string().optional(),
  ADMIN_BLOB_PREFIX: z.string().default('admin/'),
  ADMIN_FILE_PATH: z.string().optional(),
  ADMIN_PASSWORD: z.string().optional(),
  ADMIN_PASSWORD_HASH: z.string().optional(),
  BASE_URL: z
    .string()
    .refine((text) => isUrlOf(text, ['http:', 'https:']), {
      error: 'is not a web address; write https://host',
    })
    .optional(),
  BACKUP_OUTPUT_PATH: z.string().default('./backups/'),
  RUN_OPS_PARITY: flag(true),
  RUN_OPS_NEON_DRILL: flag(false),
  RUN_OPS_BLOB_FALLBACK: flag(false),
  RUN_OPS_KNOWLEDGE_DRIFT: flag(false),
  PRODUCTION_DATABASE_URL: postgresUrl.optional(),
  PRODUCTION_MARKERS: z
    .string()
    .transform((text) => splitList(text))
    .default([]),
  KB_ALLOWED_DEPLOYMENTS: z
    .string()
    .transform((text) => splitList(text))
    .refine((urls) => urls.every((url) => isUrlOf(url, ['http:', 'https:'])), {
      error: 'is not a list of web addresses; write https://one.example,https://two.example',
    })
    .default([]),
  KB_MAX_DEPTH: whole(15, 1, 100),
  KB_MAX_COST: whole(10_000, 1, 1_000_000_000),
  KB_OPERATION_TIMEOUT_MS: whole(10_000, 100, 600_000),
  KB_RATE_LIMIT: whole(0, 0, 2_000_000_000),
  KB_TRUSTED_PROXIES: whole(0, 0, 10),
  KB_TRUSTED_DOCUMENTS: z.string().optional(),
  KB_TRUSTED_DOCUMENTS_ONLY: flag(false),
  KB_CORS_ORIGINS: z
    .string()
    .transform((text) => splitList(text))
    .refine((origins) => origins.every((origin) => URL.parse(origin)?.origin === origin), {
      error: 'is not a list of origins; write https://one.example,https://two.example without a path',
    })
    .default([]),
  VERCEL_PROJECT_ID: z.string().optional(),
  VERCEL_ORG_ID: z.string().optional(),
  VERCEL_GIT_COMMIT_SHA: z.string().optional(),
  NODE_ENV: z.string().optional(),
  KB_LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  KB_SLOW_QUERY_MS: whole(1000, 0, 600_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_SDK_DISABLED: flag(false),
  OTEL_SERVICE_NAME: z.string().default('knowledge-backbone'),
  KB_CHANGE_POLL_MS: z
    .string()
    .refine((text) => /^\d{2,6}$/.test(text) && Number(text) >= 50, {
      error: 'must be a number of milliseconds, 50 or more',
    })
    .transform(Number)
    .optional(),
  KB_SNAPSHOT_MAX_MB: whole(512, 0, 4000),
  KB_MAX_GRAPH_AGE: whole(60, 0, 1_000_000),
  KB_ANSWER_CACHE_MB: whole(8, 0, 1000),
  KB_DRAIN_MS: wholeIfSet(0, 600_000).optional(),
  KB_CURSOR_SECRET: z
    .string()
    .min(16, { error: 'is too short to sign with; take 16 characters or more' })
    .optional(),
})

/** Names of all variables that `loadSettings` reads, as `.env.example` lists them. */
export const settingNames: readonly string[] = Object.keys(variables.shape)

export type StorageBackend = 'neon' | 'blob' | 'file'
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** What the environment says, checked; null stands for unset. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly sample: 'world-countries' | 'none'
  /** Null: the embedded database under `dataDir`. */
  readonly databaseUrl: string | null
  readonly directDatabaseUrl: string | null
  readonly databaseReplicaUrl: string | null
  readonly adminStorageBackend: StorageBackend
  readonly blobReadWriteToken: string | null
  readonly adminBlobPrefix: string
  readonly adminFilePath: string | null
  readonly adminPassword: string | null
  readonly adminPasswordHash: string | null
  readonly baseUrl: string | null
  readonly backupOutputPath: string
  readonly runOps: {
    readonly parity: boolean
    readonly neonDrill: boolean
    readonly blobFallback: boolean
    readonly knowledgeDrift: boolean
  }
  readonly productionDatabaseUrl: string | null
  readonly productionMarkers: readonly string[]
  /** Base addresses of deployments that may be compared, beside `baseUrl`. */
  readonly allowedDeployments: readonly string[]
  /** Levels of fields that an operation may have. */
  readonly maxDepth: number
  readonly maxCost: number
  readonly operationTimeoutMs: number
  /** Points of cost a client may spend a minute; 0: any number. */
  readonly rateLimit: number
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: number
  /** Path of the manifest of trusted documents. */
  readonly trustedDocuments: string | null
  /** Refuse all others. */
  readonly trustedDocumentsOnly: boolean
  /** Origins whose pages may read answers. */
  readonly corsOrigins: readonly string[]
  /** The Vercel project that this one is expected to be linked to. */
  readonly vercelProjectId: string | null
  readonly vercelOrgId: string | null
  /** Commit of the running build, where the platform tells it. */
  readonly gitCommit: string | null
  /** NODE_ENV is `production`: no GraphiQL, JSON logs, stricter settings. */
  readonly production: boolean
  readonly logLevel: LogLevel
  /** Statements that take as long are told to the log; 0: none. */
  readonly slowQueryMs: number
  /** Where traces are sent; null: nowhere. */
  readonly tracesEndpoint: string | null
  /** What this service is called in traces. */
  readonly serviceName: string
  /** Ask the database for changes this often; null: listen to it. */
  readonly changePollMs: number | null
  /** Memory that the published graph may take; 0: it is not kept in memory. */
  readonly snapshotMaxMb: number
  /** Seconds for which the graph in memory may be older than the database before the server is not ready; 0: for ever. */
  readonly maxGraphAge: number
  /** Memory for answers out of the graph in memory that are kept until it changes; 0: each is made anew. */
  readonly answerCacheMb: number
  /** How long a server that is told to stop says that it is not ready and answers all the same. */
  readonly drainMs: number
  /** Signs cursors; null: a secret of the data folder or of the process. */
  readonly cursorSecret: string | null
}

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
  const parsed = variables.safeParse(
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
  return toSettings(parsed.data)
}

function toSettings(read: z.output<typeof variables>): Settings {
  return {
    host: read.HOST,
    port: read.PORT,
    dataDir: read.KB_DATA_DIR,
    sample: read.KB_SAMPLE,
    databaseUrl: read.DATABASE_URL ?? read.POSTGRES_URL ?? null,
    directDatabaseUrl: read.DIRECT_DATABASE_URL ?? null,
    databaseReplicaUrl: read.DATABASE_REPLICA_URL ?? null,
    adminStorageBackend: read.ADMIN_STORAGE_BACKEND,
    blobReadWriteToken: read.BLOB_READ_WRITE_TOKEN ?? null,
    adminBlobPrefix: read.ADMIN_BLOB_PREFIX,
    adminFilePath: read.ADMIN_FILE_PATH ?? null,
    adminPassword: read.ADMIN_PASSWORD ?? null,
    adminPasswordHash: read.ADMIN_PASSWORD_HASH ?? null,
    baseUrl: read.BASE_URL ?? null,
    backupOutputPath: read.BACKUP_OUTPUT_PATH,
    runOps: {
      parity: read.RUN_OPS_PARITY,
      neonDrill: read.RUN_OPS_NEON_DRILL,
      blobFallback: read.RUN_OPS_BLOB_FALLBACK,
      knowledgeDrift: read.RUN_OPS_KNOWLEDGE_DRIFT,
    },
    productionDatabaseUrl: read.PRODUCTION_DATABASE_URL ?? null,
    productionMarkers: read.PRODUCTION_MARKERS,
    allowedDeployments: read.KB_ALLOWED_DEPLOYMENTS,
    maxDepth: read.KB_MAX_DEPTH,
    maxCost: read.KB_MAX_COST,
    operationTimeoutMs: read.KB_OPERATION_TIMEOUT_MS,
    rateLimit: read.KB_RATE_LIMIT,
    trustedProxies: read.KB_TRUSTED_PROXIES,
    trustedDocuments: read.KB_TRUSTED_DOCUMENTS ?? null,
    trustedDocumentsOnly: read.KB_TRUSTED_DOCUMENTS_ONLY,
    corsOrigins: read.KB_CORS_ORIGINS,
    vercelProjectId: read.VERCEL_PROJECT_ID ?? null,
    vercelOrgId: read.VERCEL_ORG_ID ?? null,
    gitCommit: read.VERCEL_GIT_COMMIT_SHA ?? null,
    production: read.NODE_ENV === 'production',
    logLevel: read.KB_LOG_LEVEL,
    slowQueryMs: read.KB_SLOW_QUERY_MS,
    tracesEndpoint: read.OTEL_SDK_DISABLED
      ? null
      : (read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? read.OTEL_EXPORTER_OTLP_ENDPOINT ?? null),
    serviceName: read.OTEL_SERVICE_NAME,
    changePollMs: read.KB_CHANGE_POLL_MS ?? null,
    snapshotMaxMb: read.KB_SNAPSHOT_MAX_MB,
    maxGraphAge: read.KB_MAX_GRAPH_AGE,
    answerCacheMb: read.KB_ANSWER_CACHE_MB,
    drainMs: read.KB_DRAIN_MS ?? (read.NODE_ENV === 'production' ? productionDrainMs : 0),
    cursorSecret: read.KB_CURSOR_SECRET ?? null,
  }
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
  if (given['DATABASE_REPLICA_URL'] && !given['DATABASE_URL'] && !given['POSTGRES_URL'])
    yield 'DATABASE_REPLICA_URL is set without DATABASE_URL; set DATABASE_URL too, or neither.'
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

function splitList(text: string): string[] {
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
