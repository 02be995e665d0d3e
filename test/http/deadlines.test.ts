import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createDeadlines } from '../../src/http/deadlines.ts'

describe('deadlines', () => {
  test('what comes in time is given, and what fails in time fails', async () => {
    const { within } = createDeadlines(5000)
    await expect(within(sleep(5, 'rows'))).resolves.toBe('rows')
    await expect(within(Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  })

  test('what comes too late is null, each by its own time', async () => {
    const { within } = createDeadlines(50)
    const never = new Promise<string>(() => {})
    const [late, early] = await Promise.all([within(never), within(sleep(1, 'early'))])
    expect([late, early]).toEqual([null, 'early'])
    await expect(within(never)).resolves.toBeNull()
  })
})
