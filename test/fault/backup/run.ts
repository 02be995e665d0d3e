// npm run fault:backup [-- --quick]: plants every damage, then looks at sound backups, then at the graph of WordNet.
// Exits with 1 if one damage is missed, one sound backup raises an alarm, or parity takes as long as the export.
import { parseArgs } from 'node:util'
import { createBackup } from '../../../src/ops/backup/create.ts'
import { importWordNet } from '../../../src/ops/load/import-wordnet.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { rehearseRestore } from '../../../src/ops/backup/restore-rehearsal.ts'
import type { DrillReport } from '../../../src/ops/backup/drill-report.ts'
import { runBackupDrill } from '../../../src/ops/backup/drill.ts'
import { verifyParity } from '../../../src/ops/parity/verify.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { startOwnServer, type OwnServer } from '../../support/own-server.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'
import { damages } from './damages.ts'
import { addFragileRows } from './fragile-rows.ts'
import { plantDamage } from './plant-damage.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const say = (line: string) => process.stdout.write(`${line}\n`)
const problems: string[] = []

const server = await startOwnServer()
try {
  await damageRounds(await openContext(server, 'small'), values.quick ? 3 : 20)
  if (!values.quick) await wordNet(await openContext(server, 'wordnet'))
} finally {
  await server.stop()
}
for (const problem of problems) say(`MISSED: ${problem}`)
say(problems.length === 0 ? 'All as it should be.' : `${problems.length} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1

async function openContext({ folder, createDatabase }: OwnServer, name: string): Promise<OpsContext> {
  return createOpsContext(await createDatabase(name), { BACKUP_OUTPUT_PATH: `${folder}/${name}` })
}

async function damageRounds(ctx: OpsContext, cleanRounds: number): Promise<void> {
  await writeSmallGraph(ctx.pool)
  await addFragileRows(ctx.pool)
  const sound = await createBackup(ctx)
  let caught = 0
  for (const damage of damages) {
    const { isCaught, codes } = await plantDamage(ctx, sound, damage)
    say(`${isCaught ? 'caught' : 'MISSED'}  ${damage.name.padEnd(60)} ${codes.join(', ')}`)
    if (isCaught) caught += 1
    else problems.push(damage.name)
  }
  let alarms = 0
  for (let round = 1; round <= cleanRounds; round++) {
    // Something else is in it each time.
    await ctx.pool.query(
      `INSERT INTO kb_entities (slug, kind_key, title, attributes, content_hash)
       VALUES ($1, 'country', $1, jsonb_build_object('round', random()), repeat('d', 64))`,
      [`round-${round}`],
    )
    await ctx.pool.query(`UPDATE kb_edges SET weight = random() WHERE relation_key = 'borders'`)
    const { findings } = await rehearseRestore(ctx, await createBackup(ctx), { server: ctx.pool })
    if (findings.length === 0) continue
    alarms += 1
    problems.push(`alarm over a sound backup: ${findings.map(({ message }) => message).join(' ')}`)
  }
  say(`${caught} of ${damages.length} damages caught; ${alarms} alarms in ${cleanRounds} clean rounds.`)
}

async function wordNet(ctx: OpsContext): Promise<void> {
  await importWordNet({ pool: ctx.pool })
  const { outcome, report, findings } = await runBackupDrill(ctx, { keep: false })
  const drill = report as unknown as DrillReport
  const rows = drill.tables.reduce((sum, { rightCount }) => sum + rightCount, 0)
  say(
    `WordNet: drill ${outcome}; ${rows.toLocaleString('en-US')} rows, ${drill.artifact.byteSize.toLocaleString('en-US')} bytes; ` +
      `export ${drill.exportSeconds} s, recovery time ${drill.recoveryTimeSeconds} s.`,
  )
  if (outcome !== 'PASS')
    problems.push(`drill of WordNet: ${findings.map(({ message }) => message).join(' ')}`)
  const times = { exports: [] as number[], parities: [] as number[] }
  for (let round = 1; round <= 3; round++) {
    const start = performance.now()
    const { manifest } = await createBackup(ctx)
    times.exports.push(performance.now() - start)
    const between = performance.now()
    const left = { artifact: manifest.id }
    const parity = await verifyParity(ctx, { left, right: { backend: 'NEON' } })
    times.parities.push(performance.now() - between)
    if (parity.outcome !== 'PASS') problems.push(`parity of WordNet with its backup: ${parity.outcome}`)
  }
  const [exported, compared] = [median(times.exports), median(times.parities)]
  say(
    `Parity of the live graph with its backup: ${seconds(compared)} s; export: ${seconds(exported)} s; ` +
      `ratio ${(compared / exported).toFixed(2)} (medians of 3 interleaved rounds).`,
  )
  if (compared >= exported) problems.push('parity took as long as the export')
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2)
}
