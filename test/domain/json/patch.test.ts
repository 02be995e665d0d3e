import fc from 'fast-check'
import { applyPatch, type Operation } from 'rfc6902'
import { describe, expect, test } from 'vitest'
import { InvalidContentError } from '../../../src/domain/constellation/content-issue.ts'
import { diffJson } from '../../../src/domain/json/diff.ts'
import { applyJsonPatch } from '../../../src/domain/json/patch.ts'
import type { JsonValue } from '../../../src/domain/json/value.ts'
import { mergePatch } from '../../../src/domain/json/merge-patch.ts'

const parse = (text: string) => JSON.parse(text) as JsonValue

describe('mergePatch', () => {
  // RFC 7396, appendix A.
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('makes of %s by %s what RFC 7396 says', (target, patch, result) => {
    expect(mergePatch(parse(target), parse(patch))).toEqual(parse(result))
  })

  test('treats __proto__ as a member: it neither pollutes nor vanishes', () => {
    const merged = mergePatch(parse('{"a":1}'), parse('{"__proto__":{"isAdmin":true},"constructor":{"x":1}}'))
    expect(JSON.stringify(merged)).toBe('{"a":1,"__proto__":{"isAdmin":true},"constructor":{"x":1}}')
    expect((merged as { isAdmin?: unknown }).isAdmin).toBeUndefined()
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined()
    expect(JSON.stringify(mergePatch(merged, parse('{"__proto__":{"isAdmin":null}}')))).toContain(
      '"__proto__":{}',
    )
  })
})

describe('applyJsonPatch', () => {
  // RFC 6902, appendix A; a result of null is a patch that must not apply.
  test.each([
    ['A.1', '{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux"}]', '{"baz":"qux","foo":"bar"}'],
    [
      'A.2',
      '{"foo":["bar","baz"]}',
      '[{"op":"add","path":"/foo/1","value":"qux"}]',
      '{"foo":["bar","qux","baz"]}',
    ],
    ['A.3', '{"baz":"qux","foo":"bar"}', '[{"op":"remove","path":"/baz"}]', '{"foo":"bar"}'],
    ['A.4', '{"foo":["bar","qux","baz"]}', '[{"op":"remove","path":"/foo/1"}]', '{"foo":["bar","baz"]}'],
    [
      'A.5',
      '{"baz":"qux","foo":"bar"}',
      '[{"op":"replace","path":"/baz","value":"boo"}]',
      '{"baz":"boo","foo":"bar"}',
    ],
    [
      'A.6',
      '{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}',
      '[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]',
      '{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}',
    ],
    [
      'A.7',
      '{"foo":["all","grass","cows","eat"]}',
      '[{"op":"move","from":"/foo/1","path":"/foo/3"}]',
      '{"foo":["all","cows","eat","grass"]}',
    ],
    [
      'A.8',
      '{"baz":"qux","foo":["a",2,"c"]}',
      '[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]',
      '{"baz":"qux","foo":["a",2,"c"]}',
    ],
    ['A.9', '{"baz":"qux"}', '[{"op":"test","path":"/baz","value":"bar"}]', null],
    [
      'A.10',
      '{"foo":"bar"}',
      '[{"op":"add","path":"/child","value":{"grandchild":{}}}]',
      '{"foo":"bar","child":{"grandchild":{}}}',
    ],
    [
      'A.11',
      '{"foo":"bar"}',
      '[{"op":"add","path":"/baz","value":"qux","xyz":123}]',
      '{"foo":"bar","baz":"qux"}',
    ],
    ['A.12', '{"foo":"bar"}', '[{"op":"add","path":"/baz/bat","value":"qux"}]', null],
    ['A.14', '{"/":9,"~1":10}', '[{"op":"test","path":"/~01","value":10}]', '{"/":9,"~1":10}'],
    ['A.15', '{"/":9,"~1":10}', '[{"op":"test","path":"/~01","value":"10"}]', null],
    [
      'A.16',
      '{"foo":["bar"]}',
      '[{"op":"add","path":"/foo/-","value":["abc","def"]}]',
      '{"foo":["bar",["abc","def"]]}',
    ],
    ['the whole', '{"a":1}', '[{"op":"replace","path":"","value":{"b":2}}]', '{"b":2}'],
    [
      'a copy',
      '{"a":{"b":1}}',
      '[{"op":"copy","from":"/a","path":"/c"},{"op":"add","path":"/c/d","value":2}]',
      '{"a":{"b":1},"c":{"b":1,"d":2}}',
    ],
    ['an index beyond the end', '[1]', '[{"op":"add","path":"/2","value":2}]', null],
    ['an index with a leading zero', '[1]', '[{"op":"replace","path":"/00","value":2}]', null],
    ['a move into itself', '{"a":{"b":1}}', '[{"op":"move","from":"/a","path":"/a/b"}]', null],
    ['an inherited name', '{}', '[{"op":"copy","from":"/toString","path":"/a"}]', null],
  ])('%s: of %s by %s', (_name, document, patch, result) => {
    const [before, operations] = [parse(document), parse(patch)]
    if (result === null) expect(() => applyJsonPatch(before, operations)).toThrow(InvalidContentError)
    else expect(applyJsonPatch(before, operations)).toEqual(parse(result))
    expect(before).toEqual(parse(document))
  })

  test('names every operation that is none, else the first that does not apply', () => {
    const issues = (patch: JsonValue) => {
      try {
        applyJsonPatch({ a: [1] }, patch)
      } catch (error) {
        return (error as InvalidContentError).issues.map(({ pointer }) => pointer)
      }
      return []
    }
    expect(issues({})).toEqual([''])
    expect(
      issues([
        { op: 'spam', path: '/a' },
        { op: 'add', path: 'a' },
        { op: 'move', path: '/b', from: '/~2' },
        'x',
        { op: 'remove', path: '/a' },
      ]),
    ).toEqual(['/0/op', '/1/path', '/1', '/2/from', '/3'])
    const add = { op: 'add', path: '/b', value: 1 }
    expect(issues([add, { op: 'test', path: '/b', value: 2 }, { op: 'remove', path: '/c' }])).toEqual([
      '/1/value',
    ])
    expect(issues([add, { op: 'remove', path: '/a/1' }])).toEqual(['/1/path'])
    expect(issues([{ op: 'copy', from: '/x', path: '/y' }])).toEqual(['/0/from'])
  })

  test('reaches members named __proto__ and constructor, and only them', () => {
    const patch = parse(
      '[{"op":"add","path":"/__proto__","value":{"a":1}},{"op":"add","path":"/constructor","value":{}},{"op":"add","path":"/constructor/b","value":2},{"op":"replace","path":"/__proto__/a","value":3}]',
    )
    expect(JSON.stringify(applyJsonPatch({}, patch))).toBe('{"constructor":{"b":2},"__proto__":{"a":3}}')
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })
})

const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>
const list = fc.uniqueArray(fc.record({ id: fc.integer({ min: 0, max: 12 }), n: fc.nat(2) }), {
  selector: ({ id }) => id,
}) as fc.Arbitrary<JsonValue>
const wellKnown = (text: string) => !/__proto__|constructor|prototype/.test(text)

describe('diffJson', () => {
  test('gives a patch that leads from one to the other, also in the eyes of rfc6902, and counts every value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(value, value), fc.tuple(list, list)), ([from, to]) => {
        const { patch, summary } = diffJson({ from }, { from: to })
        expect(applyJsonPatch({ from }, patch as unknown as JsonValue)).toEqual({ from: to })
        if (wellKnown(JSON.stringify([from, to]))) {
          const target = structuredClone({ from })
          applyPatch(target, patch as unknown as Operation[])
          expect(target).toEqual({ from: to })
        }
        expect(summary.unchanged + summary.changed + summary.removed).toBe(count({ from }))
        expect(summary.unchanged + summary.changed + summary.added).toBe(count({ to }))
        expect(diffJson(from, from)).toMatchObject({ patch: [], summary: { unchanged: count(from) } })
      }),
      { numRuns: 1000 },
    )
  })

  test('says in one operation what one person did in a list of ten thousand', () => {
    const nodes = Array.from({ length: 10_000 }, (_, id) => ({ id, title: `node ${id}` }))
    const without = nodes.toSpliced(4000, 1)
    expect(diffJson({ nodes }, { nodes: without })).toEqual({
      patch: [{ op: 'remove', path: '/nodes/4000' }],
      summary: { added: 0, changed: 0, removed: 3, unchanged: 29_999 },
    })
    expect(diffJson({ nodes: without }, { nodes }).patch).toEqual([
      { op: 'add', path: '/nodes/4000', value: nodes[4000] },
    ])
    expect(diffJson({ nodes }, { nodes: nodes.with(7, { id: 7, title: 'x' }) }).patch).toEqual([
      { op: 'replace', path: '/nodes/7/title', value: 'x' },
    ])
  })
})

function count(part: unknown): number {
  const parts = typeof part === 'object' && part !== null ? Object.values(part) : []
  return parts.reduce<number>((sum, each) => sum + count(each), 1)
}
