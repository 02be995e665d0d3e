import { startOwnServer } from '../support/own-server.ts'
import { runAudit } from './audit.ts'
import { pageAttack } from './pages.ts'
import { slowAttacks } from './slow.ts'

/**
 * `npm run audit:security`: runs every attack of docs/security.md on a server and prints response and time. Exits with 1 on a
 * finding. `--json` prints JSON.
 */
const isJson = process.argv.includes('--json')
const server = await startOwnServer(['fsync=off'])
const started = performance.now()
let databases = 0
try {
  const verdicts = await runAudit({
    createDatabase: async () => {
      const database = await server.createDatabase(`audit_${++databases}`)
      return { ...database, drop: () => Promise.resolve() }
    },
    isTimed: true,
    more: [pageAttack, ...slowAttacks],
    onVerdict({ attack, answer, milliseconds, finding }) {
      if (isJson) return
      const time = milliseconds === 0 ? '' : `${milliseconds.toFixed(1)} ms`
      process.stdout.write(
        `${finding === null ? 'ok     ' : 'FINDING'} ${time.padStart(11)}  ${attack}: ${finding ?? answer}\n`,
      )
    },
  })
  const findings = verdicts.filter(({ finding }) => finding !== null)
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  if (isJson)
    process.stdout.write(
      `${JSON.stringify({ attacks: verdicts.length, findings: findings.length, verdicts }, null, 2)}\n`,
    )
  else process.stdout.write(`\n${verdicts.length} attacks, ${findings.length} findings, ${seconds} s\n`)
  process.exitCode = findings.length === 0 ? 0 : 1
} finally {
  await server.stop()
}
