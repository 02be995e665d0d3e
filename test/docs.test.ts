import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settingNames } from '../src/config.ts'
import { errorCodes } from '../src/errors.ts'
import { statusOf } from '../src/http/describe-failure.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('the documents', () => {
  test('docs/errors.md has every code with its status, and no other', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\| (\d{3}) /gm)]
    expect(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]))).toEqual(statusOf)
    expect(rows.map(([, code]) => code).sort()).toEqual([...errorCodes].sort())
  })

  test('docs/settings.md has every setting, in the order of .env.example', () => {
    expect([...read('docs/settings.md').matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name)).toEqual(
      settingNames,
    )
  })

  test('every file that a document links to is there', () => {
    const documents = globSync('{*.md,docs/**/*.md}', { cwd: root })
    const broken = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
        .map(([, target]) => join(dirname(document), target!))
        .filter((target) => !existsSync(join(root, target))),
    )
    expect(broken).toEqual([])
  })

  test('the rooms in docs/ARCHITECTURE.md are those that stand', () => {
    const text = read('docs/ARCHITECTURE.md')
    const named = [...text.matchAll(/^\| `(src\/[a-z]+)` /gm)].map(([, room]) => room!)
    const standing = globSync('src/*/', { cwd: root }).map((room) => room.replace(/\/$/, ''))
    expect(named.sort()).toEqual(standing.filter((room) => room !== 'src/generated').sort())
  })
})
