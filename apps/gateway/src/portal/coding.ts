import { accepts } from '../accepts.ts';

export const codings = ['br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** The coding in which an answer is sent, by the header `Accept-Encoding`; undefined if it is sent as it is. */
export const codingOf = (header: string | undefined): Coding | undefined =>
  codings.find((each) => accepts(header, each));
