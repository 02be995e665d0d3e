import { expect, test } from 'vitest'
import { createEmptyDatabase } from '../support/database.ts'
import { playRelease } from './play-release.ts'

test('a whole release, from Blob to a green gate, through a difference planted, and back', async () => {
  const database = await createEmptyDatabase()
  const steps: string[] = []
  try {
    await playRelease(database.url, (line) => steps.push(line))
  } finally {
    await database.drop()
  }
  expect(steps.length).toBeGreaterThan(30)
}, 300_000)
