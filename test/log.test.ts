import { describe, expect, test } from 'vitest'
import { chooseLogFormat, createLog } from '../src/log.ts'
import type { LogOptions } from '../src/log.ts'
import { createApiToken } from '../src/domain/access/api-token.ts'

function collect(options: Partial<LogOptions>) {
  const lines: string[] = []
  const log = createLog({ level: 'info', format: 'json', ...options, write: (line) => lines.push(line) })
  return { log, lines }
}

describe('log', () => {
  test('JSON has level, time, message and fields', () => {
    const { log, lines } = collect({})
    log.info({ port: 4000 }, 'listening')
    log.debug('not at this level')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), port: 4000, msg: 'listening' },
    ])
  })

  test('text is one line with its fields, followed by the stack of an error', () => {
    const { log, lines } = collect({ format: 'text' })
    log.warn({ attempt: 2, err: new Error('broken') }, 'trying again')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn {2}trying again attempt=2\n {2}Error: broken\n/)
  })

  test.each(['json', 'text'] as const)('no password reaches %s', (format) => {
    const { log, lines } = collect({ format })
    const url = 'postgresql://kb:s3cret-p@ss@db.example:5432/kb'
    log.error(
      { err: new Error(`cannot reach ${url}`), password: 's3cret', settings: { databaseUrl: url } },
      `at ${url}`,
    )
    expect(lines.join('')).not.toMatch(/s3cret|p@ss/)
    expect(lines.join('')).toContain('postgresql://kb:***@db.example:5432/kb')
  })

  test.each(['json', 'text'] as const)('no token reaches %s', (format) => {
    const { log, lines } = collect({ format })
    const { token } = createApiToken()
    const headers = { authorization: `Bearer ${token}` }
    log.error({ err: new Error(`no such token ${token}`), headers }, `sent Bearer ${token} and Basic YTpi`)
    log.warn({ deep: { down: { token, text: 'authorization: Bearer some.jwt.here' } } }, 'refused')
    expect(lines.join('')).not.toMatch(/kb_[\w-]{9}|some\.jwt|YTpi/)
    expect(lines.join('')).toContain('no such token kb_***')
  })

  test('a person at a terminal gets text, everything else JSON', () => {
    expect(chooseLogFormat(false, { isTTY: true }, {})).toEqual({ format: 'text', useColor: true })
    expect(chooseLogFormat(false, { isTTY: true }, { NO_COLOR: '1' })).toEqual({
      format: 'text',
      useColor: false,
    })
    expect(chooseLogFormat(true, { isTTY: true }, {})).toEqual({ format: 'json', useColor: false })
    expect(chooseLogFormat(false, {}, {})).toEqual({ format: 'json', useColor: false })
  })
})
