import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '../../src/domain/hash.ts'
import { mediaTypeOf, mediaTypes } from '../../src/domain/media/media-types.ts'
import { signAddress } from '../../src/domain/media/signed-address.ts'
import { startGraphApi, testCursorKey, type GraphApi } from '../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const error = '... on UserError { code message }'
const issues = ' ... on ValidationError { issues { pointer rule } }'
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const mutate = async (name: string, type: string, input: object, selection: string): Promise<any> => {
  const { body } = await api.askAs(
    'EDITOR',
    `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ${selection} ${error} } }`,
    { input },
  )
  if (body.errors) throw new Error(JSON.stringify(body.errors))
  return body.data![name]
}
const announce = (input: object) =>
  mutate(
    'createMediaUpload',
    'CreateMediaUploadInput',
    input,
    '... on CreateMediaUploadSuccess { uploadId uploadUrl method headers existing { key } }' + issues,
  )
const complete = (input: object) =>
  mutate(
    'completeMediaUpload',
    'CompleteMediaUploadInput',
    input,
    '... on CompleteMediaUploadSuccess { media { key kind url mimeType width height thumbHash contentHash alt revision availability { status } usedBy { nodes { slug } } derivatives { preset isStale } } }' +
      issues,
  )
const rebuild = (input: object) =>
  mutate(
    'rebuildDerivatives',
    'RebuildDerivativesInput',
    input,
    '... on RebuildDerivativesSuccess { rebuilt skipped operation { status outcome } }',
  )
const update = (input: object) =>
  mutate(
    'updateMedia',
    'UpdateMediaInput',
    input,
    '... on UpdateMediaSuccess { media { alt caption license focalPoint { x y } revision } } ... on ConflictError { currentRevision current { id } }' +
      issues,
  )
const remove = (input: object) =>
  mutate(
    'deleteMedia',
    'DeleteMediaInput',
    input,
    '... on DeleteMediaSuccess { deletedId } ... on InUseError { usedBy { __typename ... on Entity { slug } } }',
  )

/** The address on this server; clients get another base. */
const here = (url: string) => api.server.url + new URL(url).pathname + new URL(url).search
const picture = (width: number, height: number, color: string) =>
  sharp({ create: { width, height, channels: 3, background: color } })
    .png()
    .toBuffer()
const factsOf = (bytes: Uint8Array) => ({ byteSize: bytes.byteLength, sha256: sha256Hex(bytes) })
const send = async (uploadUrl: string, bytes: Uint8Array) =>
  fetch(here(uploadUrl), { method: 'PUT', body: Buffer.from(bytes) })

async function upload(key: string, bytes: Uint8Array, more: object = {}) {
  const { uploadId, uploadUrl } = await announce({ key, mimeType: 'image/png', ...factsOf(bytes) })
  expect((await send(uploadUrl, bytes)).status).toBe(200)
  return complete({ uploadId, ...more })
}

describe('an upload', () => {
  test('becomes a media object that is served, shown and inspected', async () => {
    const bytes = await picture(1300, 650, 'red')
    const made = await upload('harbour', bytes, { alt: 'A harbour', entities: [{ slug: 'spain' }] })
    expect(made.media).toMatchObject({
      ...{ key: 'harbour', kind: 'IMAGE', width: 1300, height: 650, alt: 'A harbour', revision: 1 },
      ...{ contentHash: sha256Hex(bytes), availability: { status: 'VERIFIED' }, derivatives: [] },
      usedBy: { nodes: [{ slug: 'spain' }] },
      thumbHash: expect.stringMatching(/^[\w+/]+=*$/),
    })
    const served = await fetch(here(made.media.url))
    expect(Buffer.from(await served.arrayBuffer())).toEqual(bytes)
    const again = await announce({ key: 'other', mimeType: 'image/png', ...factsOf(bytes) })
    expect(again.existing).toEqual({ key: 'harbour' })
  })

  test('accepts only the announced bytes, and all of them', async () => {
    const bytes = await picture(20, 20, 'blue')
    const { uploadId, uploadUrl } = await announce({ key: 'blue', mimeType: 'image/png', ...factsOf(bytes) })
    const other = Buffer.from(bytes)
    other[other.length - 1] = other[other.length - 1]! ^ 1
    for (const wrong of [other, Buffer.concat([bytes, bytes]), bytes.subarray(0, 10)])
      expect((await send(uploadUrl, wrong)).status).toBe(400)
    expect(await complete({ uploadId })).toMatchObject({
      issues: [{ pointer: '/uploadId', rule: 'upload.bytes' }],
    })
    expect((await send(uploadUrl, bytes)).status).toBe(200)
    expect((await complete({ uploadId })).__typename).toBe('CompleteMediaUploadSuccess')
    expect((await complete({ uploadId })).code).toBe('NOT_FOUND')
    expect((await send(uploadUrl, bytes)).status).toBe(404)
  })

  test('is rejected if it is not an image of its type, or the type is unsupported', async () => {
    // A truncated image.
    const cut = (await picture(400, 400, 'red')).subarray(0, 60)
    expect(await upload('cut', cut)).toMatchObject({ issues: [{ rule: 'upload.type' }] })
    expect(
      await announce({ key: 'x', mimeType: 'text/html', byteSize: 0, sha256: 'a'.repeat(64) }),
    ).toMatchObject({
      issues: [
        { pointer: '/mimeType', rule: 'media.type' },
        { pointer: '/byteSize', rule: 'media.size' },
      ],
    })
    const bytes = await picture(9, 9, 'green')
    expect(
      await upload('green', bytes, { alt: 'a\u0000b', entities: [{ slug: 'atlantis' }] }).catch(
        (e: Error) => e.message,
      ),
    ).toContain('BAD_REQUEST')
    expect(await upload('green', bytes, { entities: [{ slug: 'atlantis' }] })).toMatchObject({
      issues: [{ pointer: '/entities/0', rule: 'entity.known' }],
    })
  })

  test.each(mediaTypes.map((mimeType) => [mimeType, mediaTypeOf(mimeType)!.extension]))(
    'of a web page announced as %s is refused, and nothing of it is served',
    async (mimeType, extension) => {
      for (const text of ['<!doctype html><svg><script>alert(1)</script></svg>', '<p>%PDF-1.7', 'words']) {
        const bytes = Buffer.from(`${text} ${mimeType}`)
        const { uploadUrl, uploadId } = await announce({ key: 'page', mimeType, ...factsOf(bytes) })
        const refused = await send(uploadUrl, bytes)
        expect(refused.status).toBe(400)
        expect(await refused.json()).toMatchObject({
          error: { code: 'BAD_REQUEST', message: expect.stringContaining(mimeType) },
        })
        expect(await complete({ uploadId })).toMatchObject({ issues: [{ rule: 'upload.bytes' }] })
        expect((await fetch(`${api.server.url}/media/${sha256Hex(bytes)}.${extension}`)).status).toBe(404)
      }
    },
  )

  test('of a document with a detectable type is stored and served as such', async () => {
    const bytes = Buffer.from('%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF')
    const { uploadUrl, uploadId } = await announce({
      key: 'paper',
      mimeType: 'application/pdf',
      ...factsOf(bytes),
    })
    expect((await send(uploadUrl, bytes)).status).toBe(200)
    const { media } = await complete({ uploadId, entities: [{ slug: 'spain' }] })
    expect(media).toMatchObject({ kind: 'DOCUMENT', mimeType: 'application/pdf' })
    const served = await fetch(here(media.url))
    expect(served.headers.get('content-type')).toBe('application/pdf')
    expect(served.headers.get('content-disposition')).toBeNull()
  })

  test.each(['../../etc/passwd', 'x', '00000000-0000-4000-8000-000000000000'])(
    'at %s is not there',
    async (id) =>
      expect(
        (await fetch(`${api.server.url}/api/uploads/${encodeURIComponent(id)}`, { method: 'PUT', body: 'x' }))
          .status,
      ).toBe(404),
  )
})

describe('renditions', () => {
  test('are counted by a dry run, made, stale with new bytes, and made again', async () => {
    const { media } = await upload('cliff', await picture(700, 300, 'grey'))
    expect(media.derivatives).toEqual([])
    const only = { media: [{ key: 'cliff' }] }
    const cliff = async (selection: string) => {
      const { body } = await api.askAs('EDITOR', `{ media(by: { key: "cliff" }) { ${selection} } }`)
      return body.data!['media'] as any // eslint-disable-line @typescript-eslint/no-explicit-any
    }
    expect(await rebuild(only)).toMatchObject({ rebuilt: 2, skipped: 0, operation: { outcome: 'PASS' } })
    expect((await cliff('derivatives { preset }')).derivatives).toEqual([])
    expect(await rebuild({ ...only, mode: 'APPLY' })).toMatchObject({ rebuilt: 2, skipped: 0 })
    expect(await rebuild({ ...only, mode: 'APPLY' })).toMatchObject({ rebuilt: 0, skipped: 2 })
    const shown = 'revision derivatives { preset width isStale url previewUrl }'
    const first = (await cliff(shown)).derivatives
    expect(first).toMatchObject([
      { preset: 'w320', width: 320, isStale: false },
      { preset: 'w640', width: 640, isStale: false },
    ])
    expect((await fetch(here(first[0].previewUrl))).headers.get('content-type')).toBe('image/webp')
    await upload('cliff', await picture(700, 300, 'white'))
    expect(await cliff(shown)).toMatchObject({
      revision: 2,
      derivatives: [{ isStale: true }, { isStale: true }],
    })
    expect(await rebuild({ ...only, mode: 'APPLY' })).toMatchObject({ rebuilt: 2 })
    const second = (await cliff(shown)).derivatives
    expect(second.map((one: { isStale: boolean }) => one.isStale)).toEqual([false, false])
    expect(second[0].url).not.toBe(first[0].url)
  })

  test('of a missing file are reported, and the others are created', async () => {
    await upload('here', await picture(50, 50, 'teal'))
    await api.database.pool.query(
      `INSERT INTO kb_media_objects (key, kind, url, mime_type, content_hash) VALUES ('gone', 'IMAGE', '/media/x.png', 'image/png', $1)`,
      ['b'.repeat(64)],
    )
    const made = await rebuild({ media: [{ key: 'gone' }, { key: 'here' }], mode: 'APPLY' })
    expect(made).toMatchObject({ rebuilt: 1, operation: { status: 'SUCCEEDED', outcome: 'FAIL' } })
  })
})

describe('a file', () => {
  const read = async (url: string, role?: 'EDITOR') => {
    const response = await fetch(here(url), { headers: role ? { cookie: await api.cookieOf(role) } : {} })
    await response.arrayBuffer()
    return { status: response.status, cache: response.headers.get('cache-control') }
  }
  const missing = { status: 404, cache: 'no-store' }
  const shown = { status: 200, cache: 'public, max-age=86400, immutable' }
  const previewed = { status: 200, cache: 'private, no-store' }
  const publish = async (slug: string, status: string) => {
    await api.database.pool.query(
      'UPDATE kb_entities SET status = $2::kb_publication_status WHERE slug = $1',
      [slug, status],
    )
    const { rows } = await api.database.pool.query<{ version: string }>(
      'SELECT version FROM kb_graph_version',
    )
    await api.keeper.reached(Number(rows[0]!.version))
  }

  test('is public, with its renditions, while something published shows it', async () => {
    const { media } = await upload('plan', await picture(700, 300, 'olive'), {
      entities: [{ slug: 'draftland' }],
    })
    expect((await rebuild({ media: [{ key: 'plan' }], mode: 'APPLY' })).rebuilt).toBeGreaterThan(0)
    const { rows } = await api.database.pool.query<{ url: string }>(
      `SELECT d.url FROM kb_media_derivatives d JOIN kb_media_objects m ON m.id = d.media_id WHERE m.key = 'plan' LIMIT 1`,
    )
    const files = [media.url, `http://media.example.org${rows[0]!.url}`]
    for (const file of files) {
      expect(await read(file)).toEqual(missing)
      expect(await read(file, 'EDITOR')).toEqual(previewed)
    }
    await publish('draftland', 'PUBLISHED')
    for (const file of files) expect(await read(file)).toEqual(shown)
    await publish('draftland', 'DRAFT')
    for (const file of files) expect(await read(file)).toEqual(missing)
  })

  test('of a draft is served from a signed address for a limited time', async () => {
    await upload('sketch', await picture(40, 40, 'teal'))
    const question =
      '{ media(by: { key: "sketch" }) { url previewUrl } film: media(by: { key: "film/unused" }) { previewUrl } }'
    const { media, film } = (await api.askAs('EDITOR', question)).body.data as Record<
      string,
      { url: string; previewUrl: string }
    >
    expect(film!.previewUrl).toBeNull()
    const { url, previewUrl } = media!
    expect(await read(previewUrl)).toEqual(previewed)
    const signed = new URL(previewUrl)
    const expires = Number(signed.searchParams.get('expires'))
    expect(expires * 1000 - Date.now()).toBeGreaterThan(600_000)
    const forge = (change: (query: URLSearchParams) => void) => {
      const forged = new URL(previewUrl)
      change(forged.searchParams)
      return forged.href
    }
    for (const forged of [
      forge((query) => query.set('expires', String(expires + 1))),
      forge((query) => query.set('expires', 'Infinity')),
      forge((query) => query.set('signature', query.get('signature')!.slice(0, -1))),
      forge((query) => query.delete('signature')),
      (await api.query('{ media(by: { key: "flag/pt" }) { url } }')).media.url + signed.search,
    ])
      expect(await read(forged)).toEqual(missing)
    const old = signAddress(testCursorKey, new URL(url).pathname, Date.now() - 16 * 60_000)
    expect(await read(`http://media.example.org${old}`)).toEqual(missing)
  })

  test('of a draft has no address for the public', async () => {
    expect(await api.query('{ media(by: { key: "sketch" }) { url } }')).toEqual({ media: null })
    const { body } = await api.server.ask('{ media(by: { key: "flag/pt" }) { previewUrl } }')
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })
})

describe('a media object', () => {
  test('is changed by field: omitted ones stay, null clears', async () => {
    await upload('tower', await picture(30, 30, 'black'), { alt: 'A tower', caption: 'At night' })
    const by = { key: 'tower' }
    const focalPoint = { x: 0.25, y: 1 }
    expect(
      await update({ by, expectedRevision: 1, caption: null, focalPoint, license: 'https://example.org/l' }),
    ).toMatchObject({
      media: { alt: 'A tower', caption: null, focalPoint, license: 'https://example.org/l', revision: 2 },
    })
    expect(await update({ by, expectedRevision: 2, alt: 'A tower' })).toMatchObject({
      media: { revision: 2 },
    })
    expect(await update({ by, expectedRevision: 1, alt: 'x' })).toMatchObject({
      ...{ code: 'CONFLICT', currentRevision: 2, current: { id: expect.any(String) } },
    })
    expect(await update({ by, expectedRevision: 2, focalPoint: { x: 2, y: -1 } })).toMatchObject({
      issues: [{ pointer: '/focalPoint/x' }, { pointer: '/focalPoint/y' }],
    })
    expect(await update({ by: { key: 'nothing' }, expectedRevision: 1 })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is not deleted while it is shown, unless forced', async () => {
    await upload('bridge', await picture(31, 31, 'brown'), { entities: [{ slug: 'france' }] })
    const by = { key: 'bridge' }
    expect(await remove({ by, expectedRevision: 1 })).toMatchObject({
      code: 'IN_USE',
      usedBy: [{ __typename: 'Entity', slug: 'france' }],
    })
    expect(await remove({ by, expectedRevision: 7, force: true })).toMatchObject({ code: 'CONFLICT' })
    expect(await remove({ by, expectedRevision: 1, force: true })).toMatchObject({
      deletedId: expect.any(String),
    })
    expect(await remove({ by, expectedRevision: 1, force: true })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('leaves an audit trail', async () => {
    const { rows } = await api.database.pool.query<{ operation: string; before: boolean; after: boolean }>(
      `SELECT operation, before_hash IS NOT NULL AS before, after_hash IS NOT NULL AS after FROM admin_audit
       WHERE target_key = 'bridge' ORDER BY id`,
    )
    expect(rows).toEqual([
      { operation: 'createMediaUpload', before: false, after: true },
      { operation: 'completeMediaUpload', before: false, after: true },
      { operation: 'deleteMedia', before: true, after: false },
    ])
  })
})
