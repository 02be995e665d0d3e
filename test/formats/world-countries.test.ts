import { expect, test } from 'vitest'
import { normalizeConstellation } from '../../src/domain/constellation/constellation.ts'
import { readSvgSize } from '../../src/formats/svg-size.ts'
import { readWorldCountries } from '../../src/formats/world-countries.ts'
import { buildWorldPayload } from '../../src/formats/world-payload.ts'
import { buildWorldGraph } from '../../src/formats/world-places.ts'

const world = await readWorldCountries()
const graph = buildWorldGraph(world.countries)

test('the payload of the countries is accepted unchanged', () => {
  const { entities, edges, refused, warnings } = normalizeConstellation(buildWorldPayload(world, graph, []))
  // The one workflow shows a flag, and this payload has none.
  expect(warnings.map(({ pointer }) => pointer)).toEqual(['/workflows/0/steps/2/media'])
  expect(refused).toEqual([])
  expect(entities).toHaveLength(graph.nodes.length)
  expect(edges).toHaveLength(graph.edges.length)
})

test('places with the same name get distinct readable slugs', () => {
  const titled = (title: string) => graph.nodes.filter((node) => node.title === title).map(({ id }) => id)
  expect(titled('Portugal')).toEqual(['portugal'])
  expect(titled('Singapore')).toEqual(['singapore', 'singapore-capital'])
  expect(titled('Kingston')).toEqual(['kingston-jamaica', 'kingston-norfolk-island'])
  expect(titled('Portuguese')).toEqual(['portuguese-language'])
})

test('each border appears once, even if only one side lists it', () => {
  const borders = graph.edges.filter(({ relation }) => relation === 'borders')
  const pairs = borders.map(({ source, target }) => [source, target].sort().join(' '))
  expect(new Set(pairs).size).toBe(borders.length)
  const named = world.countries.flatMap(({ cca3, borders: others }) => others.map((other) => [cca3, other]))
  for (const codes of named) {
    expect(pairs).toContain(
      codes
        .map((code) => graph.countryIds.get(code) as string)
        .sort()
        .join(' '),
    )
  }
})

test.each([
  ['<svg width="30" height="20px">', { width: 30, height: 20 }],
  [`<?xml?><svg viewBox='0 0 12.6 9'>`, { width: 13, height: 9 }],
  ['<svg width="100%" height="100%" viewBox="0,0,3,2">', null],
  ['<svg>', null],
  ['no picture', null],
])('the size of %s is %j', (svg, size) => {
  expect(readSvgSize(svg)).toEqual(size)
})
