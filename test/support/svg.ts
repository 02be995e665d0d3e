export const svg = (inner: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="30" height="20">${inner}</svg>`

/** A picture that draws a rectangle 10 to the power of 11 times. */
export function createBomb(): string {
  const levels = Array.from({ length: 11 }, (_, level) => {
    return `<g id="l${level + 1}">${`<use xlink:href="#l${level}"/>`.repeat(10)}</g>`
  })
  return svg(
    `<defs><rect id="l0" width="30" height="20" opacity="0.5"/>${levels.join('')}</defs><use xlink:href="#l11"/>`,
  )
}
