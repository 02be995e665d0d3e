import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { loadSettings, requireSettings, settingNames, variablesOfSettings } from '../src/config.ts'
import { SettingsError } from '../src/errors.ts'

const root = join(import.meta.dirname, '..')

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadSettings(environment)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  test('an empty environment yields the defaults', () => {
    expect(loadSettings({})).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataDir: '.data',
      sample: 'world-countries',
      databaseUrl: null,
      adminStorageBackend: 'neon',
      adminBlobPrefix: 'admin/',
      backupOutputPath: './backups/',
      runOps: { parity: true, neonDrill: false, blobFallback: false, knowledgeDrift: false },
      productionMarkers: [],
      production: false,
      logLevel: 'info',
      drainMs: 0,
      cursorSecret: null,
    })
  })

  test('a server in production drains by default', () => {
    expect(loadSettings({ NODE_ENV: 'production' }).drainMs).toBe(1000)
    expect(loadSettings({ NODE_ENV: 'production', KB_DRAIN_MS: '0' }).drainMs).toBe(0)
    expect(problemsOf({ KB_DRAIN_MS: '-1' })).toEqual([expect.stringContaining('KB_DRAIN_MS')])
  })

  test('an empty string counts as unset', () => {
    expect(loadSettings({ PORT: '', DATABASE_URL: ' ', KB_SAMPLE: '', RUN_OPS_PARITY: '' })).toEqual(
      loadSettings({}),
    )
  })

  test('POSTGRES_URL is used if DATABASE_URL is not set', () => {
    const postgres = 'postgres://a@localhost/one'
    const database = 'postgresql://a@localhost/two'
    expect(loadSettings({ POSTGRES_URL: postgres }).databaseUrl).toBe(postgres)
    expect(loadSettings({ POSTGRES_URL: postgres, DATABASE_URL: database }).databaseUrl).toBe(database)
  })

  test('one message lists all problems by variable', () => {
    const problems = problemsOf({
      PORT: '70000',
      KB_SAMPLE: 'moon',
      DATABASE_URL: 'mysql://root@localhost/x',
      ADMIN_STORAGE_BACKEND: 'blob',
      BASE_URL: 'example.org',
      RUN_OPS_PARITY: 'perhaps',
      KB_LOG_LEVEL: 'loud',
      KB_CURSOR_SECRET: 'short',
      KB_DATADIR: '/tmp/x',
    })
    for (const name of [
      'PORT',
      'KB_SAMPLE',
      'DATABASE_URL',
      'BLOB_READ_WRITE_TOKEN',
      'BASE_URL',
      'RUN_OPS_PARITY',
      'KB_LOG_LEVEL',
      'KB_CURSOR_SECRET',
      'KB_DATADIR',
    ])
      expect(
        problems.filter((problem) => problem.startsWith(`${name} `)),
        name,
      ).toHaveLength(1)
    expect(problems).toHaveLength(9)
    expect(problems).toContain('KB_DATADIR is not a setting; did you mean KB_DATA_DIR?')
  })

  test('a wrong value is never repeated, since it may be a secret', () => {
    const secret = 'hunter2-is-my-password'
    const wrong = Object.fromEntries(settingNames.map((name) => [name, secret]))
    const message = problemsOf(wrong).join('\n')
    expect(message).toContain('DATABASE_URL')
    expect(message).not.toContain(secret)
  })

  test('.env.example lists exactly the settings that are read, in order', () => {
    const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    const named = [...text.matchAll(/^# ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1])
    expect(named).toEqual(settingNames)
  })

  test('every setting is used outside its declaration', () => {
    const read = namesReadIn(
      globSync('src/**/*.ts', { cwd: root }).filter((file) => file !== 'src/config.ts'),
    )
    const unread = [...variablesOfSettings].filter(
      ([setting, variables]) => ![setting, ...variables].some((name) => read.has(name)),
    )
    expect(unread.map(([setting]) => setting)).toEqual([])
    expect(read.has('databaseReplicaUrl')).toBe(false)
  })

  test('each default that .env.example shows is the real one', () => {
    const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    const withDefault = [
      'HOST',
      'PORT',
      'KB_DATA_DIR',
      'KB_SAMPLE',
      'ADMIN_STORAGE_BACKEND',
      'ADMIN_BLOB_PREFIX',
    ]
      .concat(['BACKUP_OUTPUT_PATH', 'KB_LOG_LEVEL'])
      .concat(settingNames.filter((name) => name.startsWith('RUN_OPS_')))
    const shown = Object.fromEntries(
      [...text.matchAll(/^# ([A-Z][A-Z0-9_]+)=(.*)$/gm)]
        .map((match): [string, string] => [match[1]!, match[2]!])
        .filter(([name]) => withDefault.includes(name)),
    )
    expect(Object.keys(shown)).toHaveLength(withDefault.length)
    expect(loadSettings(shown)).toEqual(loadSettings({}))
  })

  test('an operation names every setting it lacks', () => {
    expect(() => requireSettings('the drill', { A: null, B: 'set', C: undefined })).toThrow(
      /A is missing; the drill needs it\.\n\s+C is missing/,
    )
  })
})

/**
 * What is read of settings: members of something called `settings` or `environment`, and what is taken out of settings by
 * destructuring. Texts, such as messages that name a variable, are not read.
 */
function namesReadIn(files: readonly string[]): Set<string> {
  const read = new Set<string>()
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8')
    if (!/settings|environment/i.test(text)) continue
    const isHolder = (node: ts.Node) => /(^|\.)(settings|environment|given)$/i.test(node.getText())
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAccessExpression(node) && isHolder(node.expression)) read.add(node.name.text)
      if (ts.isElementAccessExpression(node) && isHolder(node.expression)) {
        const { argumentExpression: name } = node
        if (ts.isStringLiteral(name)) read.add(name.text)
      }
      if (ts.isObjectBindingPattern(node))
        for (const { propertyName, name } of node.elements) read.add((propertyName ?? name).getText())
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
  }
  return read
}
