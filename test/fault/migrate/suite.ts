import { connectionScenarios } from './connection-scenarios.ts'
import { dataScenarios } from './data-scenarios.ts'
import { createFaultDatabase, type FaultServer } from './fault-database.ts'
import { killedScenarios } from './killed-scenarios.ts'
import { ledgerScenarios } from './ledger-scenarios.ts'
import type { Runner } from './runner.ts'
import { schemaScenarios } from './schema-scenarios.ts'
import { createBench, type Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [
  ...killedScenarios,
  ...schemaScenarios,
  ...connectionScenarios,
  ...dataScenarios,
  ...ledgerScenarios,
]

export interface ScenarioResult {
  readonly scenario: Scenario
  /** Why it was not run; null if it was. */
  readonly skipped: string | null
  /** Bad states; empty if all was well. */
  readonly problems: readonly string[]
}

/** Runs every scenario on a runner, each on a database of its own. */
export async function runSuite(
  server: FaultServer,
  runner: Runner,
  isQuick: boolean,
  onResult: (result: ScenarioResult) => void = () => {},
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = []
  for (const scenario of scenarios) {
    const result = await runScenario(server, runner, scenario, isQuick)
    results.push(result)
    onResult(result)
  }
  return results
}

/** Runs one scenario on a database of its own. */
export async function runScenario(
  server: FaultServer,
  runner: Runner,
  scenario: Scenario,
  isQuick: boolean,
): Promise<ScenarioResult> {
  const skipped = scenario.skip?.() ?? null
  const problems = skipped === null ? await runOne(server, runner, scenario, isQuick) : []
  return { scenario, skipped, problems }
}

async function runOne(
  server: FaultServer,
  runner: Runner,
  scenario: Scenario,
  isQuick: boolean,
): Promise<string[]> {
  const database = await createFaultDatabase(server)
  try {
    return await scenario.run(createBench(server, database, runner, isQuick))
  } catch (error) {
    return [`the scenario itself failed: ${error instanceof Error ? error.message : String(error)}`]
  } finally {
    await database.drop()
  }
}
