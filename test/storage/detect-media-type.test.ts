import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mediaTypes } from '../../src/domain/media/media-types.ts'
import { detectMediaType } from '../../src/storage/detect-media-type.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-types-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function detect(bytes: Uint8Array | string): Promise<string | null> {
  const path = join(folder, 'file')
  await writeFile(path, bytes)
  return detectMediaType(path)
}

const picture = sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
const box = (type: string, body: string) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(8 + body.length)
  return Buffer.concat([length, Buffer.from(type + body, 'latin1')])
}
const samples: Readonly<Record<string, () => Promise<Uint8Array | string>>> = {
  'image/avif': () => picture.clone().avif().toBuffer(),
  'image/gif': () => picture.clone().gif().toBuffer(),
  'image/jpeg': () => picture.clone().jpeg().toBuffer(),
  'image/png': () => picture.clone().png().toBuffer(),
  'image/svg+xml': async () => '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'image/webp': () => picture.clone().webp().toBuffer(),
  'audio/mpeg': async () => Buffer.from([0xff, 0xfb, 0x90, 0x64, ...Array<number>(413).fill(0)]),
  'video/mp4': async () =>
    Buffer.concat([box('ftyp', 'isom\0\0\x02\0isomiso2avc1mp41'), box('free', ''), box('mdat', '')]),
  'video/webm': async () => Buffer.concat([Buffer.from('1a45dfa3874282847765626d', 'hex'), Buffer.alloc(64)]),
  'application/pdf': async () => '%PDF-1.4\n%%EOF',
  'model/gltf-binary': async () => Buffer.concat([Buffer.from('glTF\x02\0\0\0'), Buffer.alloc(64)]),
}

test.each(mediaTypes)('%s is detected from its bytes', async (mimeType) => {
  expect(await detect(await samples[mimeType]!())).toBe(mimeType)
})

test.each([
  '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made -- by hand --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [ <!ENTITY a "b"> ]>\n<svg width="1"></svg>',
  '\uFEFF <svg>',
])('an SVG may start with a prolog, comments and a DOCTYPE: %j', async (text) => {
  expect(await detect(text)).toBe('image/svg+xml')
})

test.each([
  '',
  'words',
  '<!doctype html><svg></svg>',
  '<html><svg/></html>',
  '<svgx>',
  `${'<!---->'.repeat(9000)}<html>`,
])('%.40j is not a served type', async (text) => {
  expect(mediaTypes).not.toContain(await detect(text))
})
