import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findEmbeddedBinaries, linkLibraries } from '../../../src/database/embedded/binaries.ts'
import { SettingsError } from '../../../src/errors.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-binaries-'))
  mkdirSync(join(folder, 'native/lib'), { recursive: true })
  writeFileSync(join(folder, 'native/lib/libx.so.1.2'), '')
})
afterEach(() => rmSync(folder, { recursive: true }))

function listLinks(target: string): void {
  const links = [{ source: 'native/lib/libx.so.1.2', target }]
  writeFileSync(join(folder, 'native/pg-symlinks.json'), JSON.stringify(links))
}

test('makes the links that an install without scripts leaves out', () => {
  listLinks('native/lib/libx.so.1')
  expect(linkLibraries(join(folder, 'native'), join(folder, 'links'))).toEqual({})
  expect(readlinkSync(join(folder, 'native/lib/libx.so.1'))).toBe('libx.so.1.2')
  expect(existsSync(join(folder, 'links'))).toBe(false)
})

test('makes them elsewhere when the package cannot be written', () => {
  listLinks('native/absent/libx.so.1') // a folder that is not there refuses root too, as a read-only one does not
  const environment = linkLibraries(join(folder, 'native'), join(folder, 'links'))
  expect(Object.values(environment)).toEqual([`${join(folder, 'links')}:${join(folder, 'native/lib')}`])
  expect(readlinkSync(join(folder, 'links/libx.so.1'))).toBe(join(folder, 'native/lib/libx.so.1.2'))
})

test('asks for DATABASE_URL on Windows and where no binaries are installed', () => {
  expect(() => findEmbeddedBinaries(folder, 'win32')).toThrow(SettingsError)
  expect(() => findEmbeddedBinaries(folder, 'win32')).toThrow(/DATABASE_URL.*Windows/)
  expect(() => findEmbeddedBinaries(folder, 'aix')).toThrow(/DATABASE_URL.*not installed/)
})
