import { spawnSync } from 'node:child_process'

/**
 * Makes sure that a program is a schema engine. Prisma takes the silence of one that is none (`/bin/true`) for
 * success: `migrate deploy` would exit 0 having applied nothing.
 *
 * @throws {Error} naming PRISMA_SCHEMA_ENGINE_BINARY
 */
export function requireEngine(program) {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  if (/^schema-engine/.test(stdout ?? '')) return
  throw new Error(
    `PRISMA_SCHEMA_ENGINE_BINARY names ${program}, which is no Prisma schema engine. ` +
      'Leave the variable unset to use the one that comes with this project.',
  )
}
