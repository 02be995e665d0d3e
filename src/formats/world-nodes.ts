import type { Country } from 'world-countries'
import type { JsonObject } from '../domain/json/value.ts'
import { slugOf } from '../domain/graph/slug.ts'

type TitledNode = JsonObject & { readonly title: string }

/** Independence may be unknown. */
export function countryNode(country: Country): TitledNode {
  const { name, area, region, subregion, capital, landlocked, unMember, independent } = country
  const tags = [
    ...(landlocked ? ['landlocked'] : []),
    ...(unMember ? ['un-member'] : []),
    ...(independent === true ? ['independent'] : independent === false ? ['dependent-territory'] : []),
    slugOf(region),
    ...(subregion ? [slugOf(subregion)] : []),
    ...(country.unRegionalGroup ? [slugOf(country.unRegionalGroup)] : []),
  ]
  const sort =
    independent === true ? 'country' : independent === false ? 'dependent territory' : 'country or territory'
  const what = `a ${landlocked ? 'landlocked ' : ''}${sort} in ${subregion || region}`
  const seat = capital.length === 0 ? '' : ` Capital: ${capital.join(', ')}.`
  const summary = `${name.official}, ${what}.${seat}`
  return {
    title: name.common,
    kind: 'country',
    domain: 'geography',
    summary,
    tags: [...new Set(tags)],
    ...placeOf([country]),
    ...(area > 0 ? { weight: importance(area) } : {}),
    attributes: countryAttributes(country),
  }
}

function countryAttributes(country: Country): JsonObject {
  const { name, idd, translations, demonyms, area } = country
  const english = demonyms['eng']
  const given = {
    cca2: country.cca2,
    cca3: country.cca3,
    ccn3: country.ccn3,
    cioc: country.cioc,
    officialName: name.official,
    nativeNames: Object.fromEntries(Object.entries(name.native).map(([code, one]) => [code, { ...one }])),
    altSpellings: country.altSpellings,
    translations: Object.fromEntries(Object.entries(translations).map(([code, one]) => [code, one.common])),
    demonym: english?.m ?? '',
    latlng: country.latlng,
    area: area > 0 ? area : null,
    independent: country.independent,
    unMember: country.unMember,
    landlocked: country.landlocked,
    isoStatus: country.status,
    tld: country.tld,
    callingCodes: idd.suffixes.length === 0 ? [idd.root] : idd.suffixes.map((suffix) => idd.root + suffix),
    flag: country.flag,
  }
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== '' && value !== null && value !== undefined),
  )
}

/** A region or subregion with the totals of its countries. */
export function areaNode(
  countries: readonly Country[],
  kind: 'region' | 'subregion',
  name: string,
): TitledNode {
  const members = countries.filter((country) => country[kind] === name)
  const area = members.reduce((sum, country) => sum + Math.max(0, country.area), 0)
  return {
    title: name,
    kind,
    domain: 'geography',
    summary: `${kind === 'region' ? 'A region' : `A subregion of ${members[0]?.region}`} with ${count(members.length, 'country or territory', 'countries and territories')}.`,
    tags: [kind],
    ...placeOf(members),
    weight: importance(area),
    attributes: { countries: members.length, area },
  }
}

export function capitalNode(country: Country, name: string): TitledNode {
  return {
    title: name,
    kind: 'city',
    domain: 'geography',
    summary: `${country.capital.length > 1 ? 'One of the capitals' : 'The capital'} of ${country.name.common}.`,
    tags: ['capital', slugOf(country.region)],
  }
}

export function languageNode(countries: readonly Country[], code: string, title: string): TitledNode {
  const speakers = countries.filter(({ languages }) => code in languages)
  return {
    title,
    kind: 'language',
    domain: 'languages',
    summary: `A language spoken in ${count(speakers.length, 'country or territory', 'countries and territories')}.`,
    tags: [...new Set(speakers.map(({ region }) => slugOf(region)))],
    weight: round(speakers.length / countries.length),
    attributes: { iso639_3: code, countries: speakers.length },
  }
}

export function currencyNode(
  countries: readonly Country[],
  code: string,
  title: string,
  symbol: string,
): TitledNode {
  const users = countries.filter(({ currencies }) => code in currencies)
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    kind: 'currency',
    domain: 'economy',
    summary: `A currency used in ${count(users.length, 'country or territory', 'countries and territories')}.`,
    tags: [...new Set(users.map(({ region }) => slugOf(region)))],
    weight: round(users.length / countries.length),
    attributes: { iso4217: code, symbol, countries: users.length },
  }
}

/** East is x, north is y, in degrees; the mean of several places. */
function placeOf(countries: readonly Country[]): { x: number; y: number } {
  const mean = (axis: 0 | 1) =>
    countries.reduce((sum, { latlng }) => sum + latlng[axis], 0) / countries.length
  return { x: round(mean(1)), y: round(mean(0)) }
}

/** Area on a logarithmic scale: Russia is 1, one square kilometre near 0. */
function importance(squareKilometres: number): number {
  return round(Math.min(1, Math.log10(1 + squareKilometres) / Math.log10(17_098_243)))
}

function round(number: number): number {
  return Math.round(number * 10_000) / 10_000
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
