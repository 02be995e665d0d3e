import { writeMigration, migrationName } from './fault-database.ts'
import { expectExit, type Bench, type Scenario } from './scenario.ts'

const second = '20260102_1_source_to_target_more'
const third = '20260103_1_source_to_target_last'

/** Three migrations, of which two are applied, and a dry run between them: a ledger of four rows. */
async function fillLedger(bench: Bench): Promise<string[]> {
  const { folder } = bench.database
  const none = { reads: '[]', preconditions: '[]', up: 'async () => {}' }
  for (const name of [second, third]) folder.write(name, { ...none, writes: "['fault_rows']" })
  const ends = [
    await bench.run({ apply: false }),
    await bench.run(),
    await bench.run({ name: second, apply: false }),
    await bench.run({ name: second }),
  ]
  return ends.flatMap((end) => expectExit('at first', end, 0))
}

/** Every run is refused, of whatever migration, dry ones too, and nothing is written. */
async function expectRefusals(bench: Bench): Promise<string[]> {
  const problems: string[] = []
  const count = async () =>
    (
      await bench.database.pool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM admin_migrations',
      )
    ).rows[0]!.count
  const before = await count()
  for (const name of [migrationName, second, third]) {
    for (const apply of [false, true]) {
      problems.push(
        ...expectExit(`${apply ? 'apply' : 'dry run'} of ${name}`, await bench.run({ name, apply }), 3),
      )
    }
  }
  return (await count()) === before ? problems : [...problems, 'the ledger was written to']
}

function tamper(name: string, sql: string): Scenario {
  return {
    name,
    size: () => 10,
    async run(bench) {
      const problems = await fillLedger(bench)
      // The naive ledger has fewer rows; whatever there is, is tampered with.
      await bench.database.pool.query(sql)
      return [...problems, ...(await expectRefusals(bench))]
    },
  }
}

const ids = '(SELECT id FROM admin_migrations ORDER BY id'

export const ledgerScenarios: readonly Scenario[] = [
  tamper(
    'a ledger row edited',
    `UPDATE admin_migrations SET actor = 'somebody else' WHERE id = ${ids} LIMIT 1)`,
  ),
  tamper(
    'a ledger row deleted in the middle',
    `DELETE FROM admin_migrations WHERE id = ${ids} OFFSET 1 LIMIT 1)`,
  ),
  tamper('a ledger row deleted at the end', `DELETE FROM admin_migrations WHERE id = ${ids} DESC LIMIT 1)`),
  tamper(
    'ledger rows reordered',
    `UPDATE admin_migrations SET id = -id; UPDATE admin_migrations SET id = 100 + id`,
  ),
  tamper(
    'a ledger row put in',
    `INSERT INTO admin_migrations (name, mode, status, checksum, actor, hash) VALUES ('kb-backfill', 'APPLY', 'SUCCEEDED', repeat('0', 64), 'nobody', repeat('1', 64))`,
  ),
  {
    name: 'an applied file edited',
    size: () => 10,
    async run(bench) {
      const problems = await fillLedger(bench)
      writeMigration(bench.database.folder, { description: "'The same, said otherwise.'" })
      return [...problems, ...(await expectRefusals(bench))]
    },
  },
  {
    name: 'a ledger id unknown to this build',
    size: () => 8,
    async run(bench) {
      const problems = await fillLedger(bench)
      bench.database.folder.delete(second)
      for (const apply of [false, true]) {
        for (const name of [migrationName, third]) {
          problems.push(...expectExit(`run of ${name}`, await bench.run({ name, apply }), 3))
        }
      }
      return problems
    },
  },
]
