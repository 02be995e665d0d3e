import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { loadSettings, settingNames } from '../../config.ts'
import { isPooled } from '../../database/connection/database-url.ts'
import { findPasswordFault } from '../../domain/access/well-known-password.ts'
import { SettingsError } from '../../errors.ts'
import { OperationError } from '../run/error.ts'
import type { CheckReport, CheckStatus, OperationSummary } from '../run/summary.ts'
import { recordRun, type RecordContext } from '../run/record.ts'

export const environmentTargets = ['production', 'preview', 'development'] as const
export type EnvironmentTarget = (typeof environmentTargets)[number]
type Environment = Readonly<Record<string, string | undefined>>

export interface EnvironmentOptions {
  readonly target: EnvironmentTarget
  /** A file written by `vercel env pull`; null: `environment`. */
  readonly file: string | null
  readonly environment: Environment
  readonly projectFile: string
}

/** Checks every variable a target needs and the linked project. Never prints values, which may be secrets. */
export function verifyEnvironment(
  ctx: RecordContext,
  { target, file, environment, projectFile }: EnvironmentOptions,
): Promise<OperationSummary> {
  const head = { kind: 'ENVIRONMENT', operation: 'env', name: target, mode: 'dry-run' } as const
  return recordRun(ctx, head, async () => {
    const given = file === null ? environment : await readEnvironmentFile(file)
    const checks = [
      ...checkVariables(given, target),
      checkSettings(given),
      await checkProject(given, environment, projectFile, target),
    ]
    const bad = checks.filter(({ status }) => status === 'FAIL' || status === 'WARN')
    return {
      outcome: worstOf(checks),
      findings: bad.map(({ name, status, detail }) => ({
        code: status === 'FAIL' ? 'env.wrong' : 'env.doubtful',
        severity: status === 'FAIL' ? ('error' as const) : ('warning' as const),
        subject: name,
        message: `${name} ${detail ?? ''}`,
      })),
      report: { target, source: file ?? 'environment', checks },
    }
  })
}

function worstOf(checks: readonly CheckReport[]): CheckStatus {
  const order = ['FAIL', 'WARN', 'PASS'] as const
  return order.find((status) => checks.some((check) => check.status === status)) ?? 'SKIPPED'
}

async function readEnvironmentFile(file: string): Promise<Environment> {
  try {
    return parseEnv(await readFile(file, 'utf8'))
  } catch (error) {
    const message = `The file ${file} cannot be read; pull it with \`npx vercel env pull ${file} --environment production\`.`
    throw new OperationError('failed', 'failed', message, { cause: error })
  }
}

interface Rule {
  readonly name: string
  readonly targets: readonly EnvironmentTarget[]
  readonly judge: (
    given: Environment,
    target: EnvironmentTarget,
  ) => { status: CheckStatus; detail: string } | null
}

const deployed = ['production', 'preview'] as const
const fail = (detail: string) => ({ status: 'FAIL', detail }) as const
const warn = (detail: string) => ({ status: 'WARN', detail }) as const
const databaseOf = (given: Environment) => given['DATABASE_URL'] || given['POSTGRES_URL']

const rules: readonly Rule[] = [
  {
    name: 'DATABASE_URL',
    targets: deployed,
    judge: (given) =>
      databaseOf(given)
        ? null
        : fail('is missing, and POSTGRES_URL too; a deployment has no embedded database'),
  },
  {
    name: 'DIRECT_DATABASE_URL',
    targets: environmentTargets,
    judge: (given) => {
      const url = databaseOf(given)
      const isNeeded = url !== undefined && url !== '' && URL.canParse(url) && isPooled(url)
      return isNeeded && !given['DIRECT_DATABASE_URL']
        ? fail('is missing; DATABASE_URL uses a pooler, which breaks migrations and backups')
        : null
    },
  },
  {
    name: 'ADMIN_STORAGE_BACKEND',
    targets: deployed,
    judge: (given, target) => {
      const backend = given['ADMIN_STORAGE_BACKEND']
      if (backend === 'neon') return null
      if (target === 'preview') return backend ? warn(`is ${backend}; production uses neon`) : null
      return backend
        ? fail(`is ${backend}; the canonical backend of production is neon`)
        : fail('is missing; production must set neon explicitly')
    },
  },
  {
    name: 'BLOB_READ_WRITE_TOKEN',
    targets: ['production'],
    judge: (given) =>
      given['BLOB_READ_WRITE_TOKEN'] ? null : warn('is missing; there is no fallback for the content state'),
  },
  {
    name: 'ADMIN_PASSWORD',
    targets: ['production'],
    judge: ({ ADMIN_PASSWORD: password, ADMIN_PASSWORD_HASH: hashed }) => {
      if (hashed) return null
      if (!password) return fail('is missing, and ADMIN_PASSWORD_HASH too')
      const fault = findPasswordFault(password)
      return fault === null ? null : fail(fault)
    },
  },
  {
    name: 'BASE_URL',
    targets: ['production'],
    judge: (given) => {
      const url = given['BASE_URL']
      if (!url) return warn('is missing; post-deploy checks would check the local server')
      return url.startsWith('https:') ? null : fail('is not https; sessions would be sent unencrypted')
    },
  },
  {
    name: 'KB_CURSOR_SECRET',
    targets: ['production'],
    judge: (given) =>
      given['KB_CURSOR_SECRET'] || databaseOf(given)
        ? null
        : warn('is missing; servers behind one address would reject each other’s cursors'),
  },
]

function checkVariables(given: Environment, target: EnvironmentTarget): CheckReport[] {
  return rules
    .filter(({ targets }) => targets.includes(target))
    .map(({ name, judge }) => {
      const found = judge(given, target)
      return toCheck(name, found?.status ?? 'PASS', found?.detail ?? null)
    })
}

/** Validates all settings together, as the server does. */
function checkSettings(given: Environment): CheckReport {
  try {
    loadSettings(Object.fromEntries(Object.entries(given).filter(([name]) => settingNames.includes(name))))
    return toCheck('settings', 'PASS', null)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return toCheck('settings', 'FAIL', error.problems.join(' '))
  }
}

const project = z.object({ projectId: z.string(), orgId: z.string().optional() })

/** A pull from the wrong project looks just like one from the right project. */
async function checkProject(
  given: Environment,
  environment: Environment,
  file: string,
  target: EnvironmentTarget,
): Promise<CheckReport> {
  const expected = environment['VERCEL_PROJECT_ID'] || given['VERCEL_PROJECT_ID'] || null
  const expectedTeam = environment['VERCEL_ORG_ID'] || given['VERCEL_ORG_ID'] || null
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null && (expected === null || target === 'development'))
    return toCheck('project', 'SKIPPED', `${file} does not exist, and VERCEL_PROJECT_ID is not set`)
  if (text === null)
    return toCheck('project', 'FAIL', `${file} does not exist; link the folder with \`npx vercel link\``)
  const parsed = project.safeParse(parseJsonOrNull(text))
  if (!parsed.success) return toCheck('project', 'FAIL', `${file} has no projectId; link the folder again`)
  const { projectId, orgId } = parsed.data
  if (expected === null)
    return toCheck('project', 'WARN', `is ${projectId}; set VERCEL_PROJECT_ID to have it checked`)
  const isRight = projectId === expected && (expectedTeam === null || orgId === expectedTeam)
  return {
    ...toCheck('project', isRight ? 'PASS' : 'FAIL', isRight ? null : 'is linked to the wrong project'),
    expected: { projectId: expected, orgId: expectedTeam },
    actual: { projectId, orgId: orgId ?? null },
  }
}

function parseJsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function toCheck(name: string, status: CheckStatus, detail: string | null): CheckReport {
  return { name, status, detail, expected: null, actual: null, durationMs: null }
}
