export const codings = ['br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** The coding in which an answer is sent, by the header `Accept-Encoding`; undefined if it is sent as it is. */
export const codingOf = (header: string | undefined): Coding | undefined =>
  codings.find((each) => accepts(header, each));

/** Whether `Accept-Encoding` includes the coding without `q=0`. */
function accepts(header: string | undefined, coding: Coding): boolean {
  return (header ?? '').split(',').some((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
