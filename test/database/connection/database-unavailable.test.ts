import pg from 'pg'
import { expect, test } from 'vitest'
import {
  isConnectionLoss,
  isUnansweredCommit,
  sqlStateOf,
} from '../../../src/database/connection/connection-loss.ts'
import { isDatabaseUnavailable } from '../../../src/database/connection/database-unavailable.ts'

/** An error as Node's sockets make it. */
const ofSystem = (code: string) => Object.assign(new Error(`write ${code}`), { code, syscall: 'write' })
function ofServer(code: string, severity = 'ERROR'): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('told by the server', 0, 'error'), { code, severity })
}

test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'])(
  'a socket that says %s is a lost connection, and tells nothing of a COMMIT',
  (code) => {
    const error = ofSystem(code)
    expect(sqlStateOf(error)).toBeNull()
    expect(isConnectionLoss(error)).toBe(true)
    expect(isDatabaseUnavailable(error)).toBe(true)
    expect(isUnansweredCommit(error)).toBe(true)
  },
)

test.each([
  ['57P01', true, true, true],
  ['08006', true, true, true],
  ['53300', false, true, false],
  ['57014', false, true, false],
  ['23505', false, false, false],
  ['40001', false, false, false],
])('a server that says %s: lost %s, unavailable %s, COMMIT unanswered %s', (code, lost, away, unanswered) => {
  const error = ofServer(code)
  expect(sqlStateOf(error)).toBe(code)
  expect(isConnectionLoss(error)).toBe(lost)
  expect(isDatabaseUnavailable(error)).toBe(away)
  expect(isUnansweredCommit(error)).toBe(unanswered)
})

test('a session that does not begin is a database that is away, whatever its SQLSTATE', () => {
  expect(isDatabaseUnavailable(ofServer('28P01', 'FATAL'))).toBe(true)
})

test('an error of the program is neither', () => {
  for (const error of [new Error('division by zero'), new TypeError('x is not a function'), 'text', null]) {
    expect(isDatabaseUnavailable(error)).toBe(false)
    expect(isConnectionLoss(error)).toBe(false)
  }
})
