import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { withinTime } from '../../../src/http/fast-path/within-time.ts'

test('settles like a promise that is fast enough', async () => {
  await expect(withinTime(sleep(5, 'rows'), 5000)).resolves.toBe('rows')
  await expect(withinTime(Promise.reject(new Error('gone')), 5000)).rejects.toThrow('gone')
})

test('returns null on timeout and ignores a later failure', async () => {
  let fail = (_error: Error) => {}
  const late = new Promise<string>((_, reject) => (fail = reject))
  await expect(withinTime(late, 1)).resolves.toBeNull()
  fail(new Error('gone'))
  await sleep(1)
})
