import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Rooms by height; a file may import from its own room and from lower ones. `docs/ARCHITECTURE.md` has the picture. */
const heights: Readonly<Record<string, number>> = {
  'src/server.ts': 5,
  'src/cli.ts': 5,
  'src/http': 4,
  'src/execution': 4,
  'src/schema': 4,
  'src/commands': 4,
  'src/resolvers': 3,
  'src/ops': 3,
  'src/readers': 2,
  'src/graph': 1,
  'src/formats': 1,
  'src/storage': 1,
  'src/database': 1,
  'src/generated': 1,
  'src/domain': 0,
  'src/config.ts': 0,
  'src/errors.ts': 0,
  'src/log.ts': 0,
  'src/tracing.ts': 0,
}

interface Import {
  readonly from: string
  readonly to: string
}

function roomOf(file: string): string {
  const room = Object.keys(heights).find((name) => file === name || file.startsWith(`${name}/`))
  if (room === undefined) throw new Error(`${file} is in no room; give it one in test/architecture.test.ts`)
  return room
}

/** What is wrong with an import, or null. */
function faultOf({ from, to }: Import): string | null {
  if (!to.startsWith('src/')) return null
  const [room, target] = [roomOf(from), roomOf(to)]
  if (room === target) return null
  if (heights[target]! > heights[room]!) return `${from} imports upward: ${to}`
  if (heights[target] !== heights[room]) return null
  const isLeaf = heights[room] === 0 || heights[room] === 1
  // The doors may start one another: `kb serve` is the server.
  return isLeaf || heights[room] === 5 ? null : `${from} and ${to} are siblings that do not know each other`
}

const ioModules = /^node:(?!(crypto|util|buffer|path|url)$)|^(pg|prisma|@prisma|graphql|pino)/

function importsOf(file: string, text: string): Import[] {
  const pattern = /^\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm
  return [...text.matchAll(pattern)].map((match) => {
    const name = match[1] ?? match[2]!
    const to = name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name
    return { from: file, to }
  })
}

const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.startsWith('src/generated/'))
const imports = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))

describe('architecture', () => {
  test('imports point down, and siblings do not know each other', () => {
    expect(imports.length).toBeGreaterThan(200)
    expect(imports.map(faultOf).filter((fault) => fault !== null)).toEqual([])
  })

  test('the domain has no input or output', () => {
    const faults = imports.filter(({ from, to }) => from.startsWith('src/domain/') && ioModules.test(to))
    expect(faults).toEqual([])
  })

  test('Prisma Client is loaded in one place, when it is first needed: a public server never needs it', () => {
    const loads = files.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => /['"](@prisma\/|.*generated\/prisma)/.test(line) && !/^import type /.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(loads).toEqual([
      "src/database/access/rows.ts: const { PrismaPg } = await import('@prisma/adapter-pg')",
      "src/database/access/rows.ts: return await import('../../generated/prisma/client.ts')",
    ])
  })

  test('files are in kebab-case, and none is called types.ts', () => {
    const names = files.map((file) => file.split('/').at(-1)!)
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name) || name === 'types.ts')).toEqual(
      [],
    )
  })

  test('no folder holds more than about twenty files', () => {
    const folders = Map.groupBy(files, (file) => dirname(file))
    const crowded = [...folders].filter(([, held]) => held.length > 22).map(([folder]) => folder)
    expect(folders.size).toBeGreaterThan(40)
    expect(crowded).toEqual([])
  })

  test.each([
    [
      'src/domain/graph/slug.ts',
      "import { openDatabase } from '../../database/connection/open-database.ts'",
      /upward/,
    ],
    ['src/readers/reader.ts', "export type { Context } from '../schema/context.ts'", /upward/],
    ['src/ops/load/load-sample.ts', "import { x } from '../../resolvers/entity.ts'", /siblings/],
    ['src/schema/graph/entity.ts', "import {\n  x,\n} from '../../http/dispatch.ts'", /siblings/],
    ['src/http/dispatch.ts', "const x = await import('../server.ts')", /upward/],
  ])('catches a planted violation in %s', (file, line, message) => {
    expect(importsOf(file, line).map(faultOf)).toEqual([expect.stringMatching(message)])
  })

  test('allows what the rules allow', () => {
    const allowed = [
      ['src/schema/graph/entity.ts', "import { x } from '../../resolvers/entity.ts'"],
      ['src/formats/a.ts', "import { x } from '../domain/graph/slug.ts'"],
      ['src/http/dispatch.ts', "import { x } from './exchange.ts'"],
    ] as const
    expect(allowed.flatMap(([file, line]) => importsOf(file, line).map(faultOf))).toEqual([null, null, null])
  })
})
