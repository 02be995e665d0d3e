import { requireSettings } from '../../config.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json/value.ts'
import { localUrl, openDeployment } from './deployment.ts'
import type { CheckReport, Finding, OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { keyTextOf } from './store.ts'
import { recordRun } from '../run/record.ts'

/** `kb parity postdeploy`: checks a deployment's `GET /api/constellation` against its own admin overview. */
export async function verifyDeployment(ctx: OptionalDatabase<OpsContext>): Promise<OperationSummary> {
  const { adminPassword, baseUrl } = ctx.settings
  requireSettings('ops:parity:postdeploy', { ADMIN_PASSWORD: adminPassword })
  const url = baseUrl ?? localUrl(ctx)
  const head = {
    kind: 'PARITY',
    operation: 'parity',
    name: 'postdeploy',
    mode: 'dry-run',
    parameters: { url },
  } as const
  return recordRun(ctx, head, async (run) => {
    const deployment = openDeployment({ ...ctx, signal: run.signal }, url)
    ctx.onProgress({ label: `Asking ${deployment.url}`, rows: 0, share: 0.1 })
    const overview = await deployment.fetchOverview()
    const constellation = await deployment.fetchConstellation()
    const checks = compareWithOverview(constellation, overview)
    ctx.onProgress({ label: 'Compared', rows: checks.length, share: 1 })
    const wrong = checks.filter(({ status }) => status === 'FAIL')
    return {
      outcome: wrong.length === 0 ? 'PASS' : 'FAIL',
      findings: wrong.map(toFinding),
      report: { url: deployment.url, checks, contentState: overview['contentState'] ?? null },
    }
  })
}

export function compareWithOverview(constellation: JsonObject, overview: JsonObject): CheckReport[] {
  const published = isJsonObject(overview['published']) ? overview['published'] : {}
  const nodes = listOf(constellation['nodes'])
  const edges = listOf(constellation['edges'])
  const domains = Object.fromEntries(
    listOf(constellation['domains']).map(({ key, count }) => [keyTextOf(key), count ?? null]),
  )
  const expectedDomains = isJsonObject(published['domains']) ? published['domains'] : {}
  const expectedKinds = isJsonObject(published['kinds']) ? published['kinds'] : {}
  const { '': _none, ...named } = expectedDomains
  const ids = new Set(nodes.map(({ id }) => id))
  const dangling = edges.filter(({ source, target }) => !ids.has(source ?? null) || !ids.has(target ?? null))
  return [
    check('nodes', published['nodes'] ?? null, nodes.length),
    check('edges', published['edges'] ?? null, edges.length),
    ...byKey('domain', expectedDomains, countBy(nodes, 'domain')),
    ...byKey('domain list', named, domains),
    ...byKey('kind', expectedKinds, countBy(nodes, 'kind')),
    {
      ...check('edge ends', 0, dangling.length),
      detail:
        dangling.length === 0
          ? 'every edge ends at an existing node'
          : `end nowhere: ${dangling
              .slice(0, 5)
              .map(({ id }) => keyTextOf(id))
              .join(', ')}`,
    },
  ]
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function countBy(nodes: readonly JsonObject[], field: 'domain' | 'kind'): Record<string, number> {
  const counts: Record<string, number> = { __proto__: null } as never // a kind may be called `constructor`
  for (const node of nodes) {
    const key = keyTextOf(node[field] ?? '')
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

function countOf(counts: JsonObject, key: string): JsonValue {
  return Object.hasOwn(counts, key) ? (counts[key] ?? 0) : 0
}

function byKey(name: string, expected: JsonObject, actual: JsonObject): CheckReport[] {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort()
  return keys.map((key) =>
    check(`${name} ${key === '' ? '(none)' : key}`, countOf(expected, key), countOf(actual, key)),
  )
}

function check(name: string, expected: JsonValue, actual: JsonValue): CheckReport {
  const isSame = expected === actual
  const said = (value: JsonValue) =>
    typeof value === 'number' ? value.toLocaleString('en-US') : JSON.stringify(value)
  const detail = isSame
    ? said(actual)
    : `the overview says ${said(expected)}, the constellation has ${said(actual)}`
  return { name, status: isSame ? 'PASS' : 'FAIL', detail, expected, actual, durationMs: null }
}

function toFinding({ name, detail }: CheckReport): Finding {
  return {
    code: 'parity.deployment-differs',
    severity: 'error',
    subject: name,
    message: `${name}: ${detail}.`,
  }
}
