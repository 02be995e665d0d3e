// Saves versions to the file of argv[2] for ever, telling each that is in; a test kills it.
import { VersionConflictError } from '../../src/storage/content-driver.ts'
import { createFileDriver } from '../../src/storage/drivers/file.ts'
import { hashJson } from '../../src/domain/hash.ts'

const driver = createFileDriver(process.argv[2]!, { staleLockMs: 2000 })
const filling = 'x'.repeat(200_000)
for (;;) {
  const version = ((await driver.readHead())?.version ?? 0) + 1
  const state = { by: process.pid, version, filling }
  const head = {
    note: null,
    createdAt: '2026-11-22T20:00:00.000001Z',
    createdBy: 'child',
    restoredFrom: null,
  }
  try {
    await driver.append({ version, state, hash: hashJson(state), ...head }, version - 1)
    process.stdout.write(`${version}\n`)
  } catch (error) {
    if (!(error instanceof VersionConflictError)) throw error
  }
}
