import { writeMigration } from './fault-database.ts'
import { expectExit, type Scenario } from './scenario.ts'
import { canMountSmallDisk, mountSmallDisk } from './small-disk.ts'

export const dataScenarios: readonly Scenario[] = [
  {
    name: 'target not empty',
    size: () => 2,
    async run(bench) {
      await bench.database.pool.query('INSERT INTO fault_rows (n, version) VALUES (1, 7)')
      const problems = [
        ...expectExit('dry run', await bench.run({ apply: false }), 3),
        ...expectExit('apply', await bench.run(), 3),
      ]
      const { rows } = await bench.database.pool.query('SELECT n, version FROM fault_rows')
      if (rows.length !== 1) problems.push(`${rows.length} rows stand where one was`)
      return problems
    },
  },
  {
    name: 'source changed since the dry run',
    size: () => 3,
    async run(bench) {
      const { planHash } = await bench.run({ apply: false })
      await bench.database.pool.query('UPDATE fault_source SET version = 2')
      const refused = await bench.run({ planHash })
      const problems = [
        ...expectExit('the old plan', refused, 3),
        ...(await bench.expectState('then', 'before')),
      ]
      if (refused.planHash === null || refused.planHash === planHash)
        problems.push('no fresh plan came with the refusal')
      return [
        ...problems,
        ...(await bench.expectRecovery('with the fresh plan', { planHash: refused.planHash })),
      ]
    },
  },
  {
    name: 'target changed since the dry run',
    size: () => 2,
    async run(bench) {
      writeMigration(bench.database.folder, { preconditions: '[]' })
      const { planHash } = await bench.run({ apply: false })
      await bench.database.pool.query('INSERT INTO fault_rows (n, version) VALUES (1, 7)')
      const problems = expectExit('the old plan', await bench.run({ planHash }), 3)
      const { rows } = await bench.database.pool.query('SELECT n, version FROM fault_rows')
      return rows.length === 1 ? problems : [...problems, `${rows.length} rows stand where one was`]
    },
  },
  {
    name: 'source changes while applying',
    size: () => 1,
    async run(bench) {
      // Between the two halves of the work, of which the second waits so that the change is committed before it.
      writeMigration(bench.database.folder, {}, 1)
      let change: Promise<unknown> = Promise.resolve()
      const end = await bench.run({
        onStep: (step) => {
          if (step === 'half') change = bench.database.pool.query('UPDATE fault_source SET version = 2')
        },
      })
      await change
      return [...expectExit('then', end, 0), ...(await bench.expectState('then', 'after'))]
    },
  },
  {
    name: 'the work fails after half of it',
    size: () => 2,
    async run(bench) {
      await bench.database.pool.query('ALTER TABLE fault_rows ADD CONSTRAINT few CHECK (n <= 900)')
      const problems = [
        ...expectExit('then', await bench.run(), 1),
        ...(await bench.expectState('then', 'before')),
      ]
      await bench.database.pool.query('ALTER TABLE fault_rows DROP CONSTRAINT few')
      return [...problems, ...(await bench.expectRecovery('the reason was mended'))]
    },
  },
  {
    name: 'the ledger insert fails',
    size: () => 2,
    async run(bench) {
      await bench.database.pool.query(
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON admin_migrations FOR EACH ROW EXECUTE FUNCTION refuse()`,
      )
      const problems = [
        ...expectExit('then', await bench.run(), 1),
        ...(await bench.expectState('then', 'before')),
      ]
      await bench.database.pool.query('DROP TRIGGER refuse ON admin_migrations')
      return [...problems, ...(await bench.expectRecovery('the reason was mended'))]
    },
  },
  {
    name: 'disk full (a small tmpfs)',
    skip: canMountSmallDisk,
    size: () => 2,
    async run(bench) {
      const disk = await mountSmallDisk(bench.database.pool)
      try {
        await bench.database.pool.query(`ALTER TABLE fault_rows SET TABLESPACE ${disk.tablespace}`)
        // A wide row each, and more of them than the disk holds.
        await bench.database.pool.query(
          'ALTER TABLE fault_rows ADD padding text; ALTER TABLE fault_rows ALTER padding SET STORAGE PLAIN',
        )
        const pad = `await sql("UPDATE fault_rows SET padding = repeat('x', 7000)")`
        writeMigration(bench.database.folder, {
          up: `async ({ sql }) => {
            await sql('INSERT INTO fault_rows (n, version) SELECT n, version FROM fault_source')
            for (let at = 0; at < 4; at++) ${pad}
          }`,
        })
        const end = await bench.run()
        const problems = [...expectExit('then', end, 1), ...(await bench.expectState('then', 'before'))]
        if (!/full|No space/.test(end.message))
          problems.push(`it does not say that the disk is full: ${end.message}`)
        // The server has answered all the while; now there is room.
        await bench.database.pool.query('ALTER TABLE fault_rows SET TABLESPACE pg_default')
        writeMigration(bench.database.folder)
        return [...problems, ...(await bench.expectRecovery('there is room again'))]
      } finally {
        await disk.remove()
      }
    },
  },
]
