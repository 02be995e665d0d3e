import type { Country } from 'world-countries'
import type { JsonObject } from '../domain/json/value.ts'
import { areaNode, capitalNode, countryNode, currencyNode, languageNode } from './world-nodes.ts'
import { createSlugRegister, slugOf } from '../domain/graph/slug.ts'

/** A payload node with its location in `countries.json`. */
export interface WorldNode extends JsonObject {
  readonly id: string
  readonly title: string
}
export interface WorldEdge extends JsonObject {
  readonly source: string
  readonly target: string
  readonly relation: string
}

export interface WorldGraph {
  readonly nodes: readonly WorldNode[]
  readonly edges: readonly WorldEdge[]
  /** JSON pointer or JSONPath by node id. */
  readonly locators: ReadonlyMap<string, string>
  /** Node id by ISO 3166-1 alpha-3 code. */
  readonly countryIds: ReadonlyMap<string, string>
}

/** Builds nodes for countries, capitals, regions, languages and currencies, and the edges between them. */
export function buildWorldGraph(countries: readonly Country[]): WorldGraph {
  const register = createSlugRegister()
  const nodes = new Map<string, WorldNode>()
  const edges: WorldEdge[] = []
  const locators = new Map<string, string>()
  const countryIds = new Map(
    countries.map((country) => [country.cca3, register.take(slugOf(country.name.common))]),
  )
  const add = (id: string, locator: string, node: JsonObject & { title: string }) => {
    if (nodes.has(id)) return id
    nodes.set(id, { id, status: 'PUBLISHED', ...node })
    locators.set(id, locator)
    return id
  }
  const tie = (source: string, relation: string, target: string) => edges.push({ source, relation, target })

  countries.forEach((country, index) => {
    add(countryIds.get(country.cca3) as string, `/${index}`, countryNode(country))
  })
  const words = { languages: nameLanguages(countries), currencies: nameCurrencies(countries) }
  const ids = {
    areas: new Map<string, string>(),
    languages: new Map<string, string>(),
    currencies: new Map<string, string>(),
  }
  const idOf = (known: Map<string, string>, key: string, wish: () => string) => {
    const id = known.get(key) ?? register.take(wish())
    known.set(key, id)
    return id
  }
  const capitalNames = countries.flatMap(({ capital }) => capital)
  countries.forEach((country, index) => {
    const id = countryIds.get(country.cca3) as string
    const region = idOf(ids.areas, country.region, () => slugOf(country.region))
    add(region, `$[?(@.region=="${country.region}")]`, areaNode(countries, 'region', country.region))
    const subregion = country.subregion
      ? idOf(ids.areas, `${country.region}/${country.subregion}`, () => slugOf(country.subregion))
      : null
    if (subregion !== null && !nodes.has(subregion)) {
      add(
        subregion,
        `$[?(@.subregion=="${country.subregion}")]`,
        areaNode(countries, 'subregion', country.subregion),
      )
      tie(subregion, 'part-of', region)
    }
    tie(id, 'part-of', subregion ?? region)
    country.capital.forEach((name, place) => {
      const isShared = capitalNames.filter((other) => other === name).length > 1
      const plain = slugOf(name)
      const wish = isShared ? `${plain}-${id}` : register.has(plain) ? `${plain}-capital` : plain
      const capital = add(register.take(wish), `/${index}/capital/${place}`, capitalNode(country, name))
      tie(id, 'has-capital', capital)
    })
    for (const code of Object.keys(country.languages)) {
      const title = words.languages.get(code) ?? code
      const language = idOf(ids.languages, code, () => `${slugOf(title)}-language`)
      add(language, `$[*].languages.${code}`, languageNode(countries, code, title))
      tie(id, 'speaks', language)
    }
    for (const code of Object.keys(country.currencies)) {
      const { name, symbol } = words.currencies.get(code) ?? { name: code, symbol: '' }
      const currency = idOf(ids.currencies, code, () => slugOf(name))
      add(currency, `$[*].currencies.${code}`, currencyNode(countries, code, name, symbol))
      tie(id, 'uses-currency', currency)
    }
  })
  for (const [left, right] of borders(countries)) {
    tie(countryIds.get(left) as string, 'borders', countryIds.get(right) as string)
  }
  return { nodes: [...nodes.values()], edges, locators, countryIds }
}

/** Each pair once. The data is not quite symmetric: one side is enough. */
function borders(countries: readonly Country[]): [string, string][] {
  const pairs = countries.flatMap(({ cca3, borders }) =>
    borders.map((other) => [cca3, other].sort().join(' ')),
  )
  return [...new Set(pairs)].sort().map((pair) => pair.split(' ') as [string, string])
}

/** The most common name of each language; ties go to the first by code point. */
function nameLanguages(countries: readonly Country[]): Map<string, string> {
  const names = new Map<string, string[]>()
  for (const { languages } of countries) {
    for (const [code, name] of Object.entries(languages)) names.set(code, [...(names.get(code) ?? []), name])
  }
  return new Map([...names].map(([code, all]) => [code, commonest(all)]))
}

/** The longest name of each currency (some rows just say `krone`), with that row's symbol. */
function nameCurrencies(countries: readonly Country[]): Map<string, { name: string; symbol: string }> {
  const found = new Map<string, { name: string; symbol: string }>()
  for (const { currencies } of countries) {
    for (const [code, currency] of Object.entries(currencies)) {
      const former = found.get(code)
      if (former === undefined || currency.name.length > former.name.length) found.set(code, currency)
    }
  }
  return found
}

function commonest(names: readonly string[]): string {
  const score = (name: string) => names.filter((other) => other === name).length
  return [...new Set(names)].sort().sort((left, right) => score(right) - score(left))[0] ?? ''
}
