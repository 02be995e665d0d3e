import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createFaultDatabase } from './fault-database.ts'
import { startFaultServer } from './fault-server.ts'
import { productRunner } from './runner.ts'

/**
 * `npm run migrate:scale`: a migration whose source gives a thousand, a hundred thousand and a million records, each in a process of
 * its own: time of a dry run and an apply, and the most memory that the process ever had. Exits with 1 if memory grows with rows.
 */
const name = '20260101_1_stream_to_table_rows'
const sizes = [1000, 100_000, 1_000_000]
/** A million records of 200 bytes would be 200 MB and more if they were kept. */
const allowedGrowthMb = 60

interface Measured {
  readonly rows: number
  readonly dryRunSeconds: number
  readonly applySeconds: number
  readonly isSamePlan: boolean
  readonly peakMb: number
}

async function measure(url: string, folder: string, rows: number): Promise<Measured> {
  const time = async (apply: boolean, planHash?: string | null) => {
    const start = performance.now()
    const end = await productRunner.run({ url, folder, name, apply, planHash: planHash ?? null })
    if (end.exit !== 0) throw new Error(`exit ${end.exit}: ${end.message}`)
    return { seconds: (performance.now() - start) / 1000, planHash: end.planHash }
  }
  const dry = await time(false)
  const applied = await time(true, dry.planHash)
  return {
    rows,
    dryRunSeconds: dry.seconds,
    applySeconds: applied.seconds,
    isSamePlan: applied.planHash === dry.planHash,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }
}

async function measureInChild(url: string, folder: string, rows: number): Promise<Measured> {
  // With room to spare V8 collects seldom, and its peak says little: a heap this small would run over if rows were kept.
  const limits = ['--max-old-space-size=64', '--max-semi-space-size=8']
  const child = spawn(
    process.execPath,
    [...limits, fileURLToPath(import.meta.url), url, folder, String(rows)],
    {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the process of ${rows} rows ended with ${code}`)
  return JSON.parse(text) as Measured
}

async function main(): Promise<void> {
  const server = await startFaultServer()
  const measured: Measured[] = []
  try {
    process.stdout.write('     rows   dry run     apply   rows/s   peak memory\n')
    for (const rows of sizes) {
      const database = await createFaultDatabase(server)
      await database.pool.query(
        'CREATE TABLE scale_rows (slug text PRIMARY KEY, title text NOT NULL, attributes jsonb NOT NULL)',
      )
      database.folder.write(name, {
        writes: "['scale_rows']",
        source: `async function* () {
          for (let n = 1; n <= ${rows}; n++) yield { slug: 'row-' + n, title: 'Row number ' + n, attributes: { n, text: 'x'.repeat(100), at: [n / 3] } }
        }`,
        up: `async ({ sql, progress }) => {
          const { rowCount } = await sql("INSERT INTO scale_rows SELECT record->>'slug', record->>'title', (record->'attributes')::jsonb FROM pg_temp.source")
          progress({ label: 'Rows', rows: rowCount, share: 1 })
        }`,
      })
      const found = await measureInChild(database.url, database.folder.path, rows)
      measured.push(found)
      await database.drop()
      const cell = (text: string, width: number) => text.padStart(width)
      process.stdout.write(
        `${cell(rows.toLocaleString('en-US'), 9)}${cell(`${found.dryRunSeconds.toFixed(1)} s`, 10)}${cell(`${found.applySeconds.toFixed(1)} s`, 10)}` +
          `${cell(Math.round(rows / found.applySeconds).toLocaleString('en-US'), 9)}${cell(`${found.peakMb.toFixed(0)} MB`, 14)}\n`,
      )
    }
  } finally {
    await server.stop()
  }
  const growth = measured.at(-1)!.peakMb - measured[0]!.peakMb
  const isFlat = growth <= allowedGrowthMb
  process.stdout.write(
    `A thousand times the rows take ${growth.toFixed(0)} MB more (${allowedGrowthMb} are allowed): ${isFlat ? 'flat' : 'NOT FLAT'}\n`,
  )
  process.exitCode = isFlat && measured.every(({ isSamePlan }) => isSamePlan) ? 0 : 1
}

const [url, folder, rows] = process.argv.slice(2)
if (rows === undefined) await main()
else process.stdout.write(JSON.stringify(await measure(url!, folder!, Number(rows))))
