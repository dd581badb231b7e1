import type { z } from 'zod';

/** What was expected, if the schema does not say so itself. */
export function inOurWords(issue: z.core.$ZodRawIssue): string {
  const missing = issue.input === undefined ? '; it is missing' : '';
  return `expected ${expectedBy(issue)}${missing}`;
}

const forms: Readonly<Record<string, string>> = {
  datetime: 'an instant of RFC 3339 with its offset, e.g. 2026-11-22T10:00:05.250Z',
  date: 'a date, e.g. 2026-11-22',
  email: 'an email address',
  url: 'a URL',
  uuid: 'a UUID',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
};
const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

function expectedBy(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'integer' : issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return `at least ${issue.minimum}${units[issue.origin] ?? ''}`;
    case 'too_big':
      return `at most ${issue.maximum}${units[issue.origin] ?? ''}`;
    case 'invalid_format':
      return forms[issue.format] ?? 'another form';
    case 'invalid_union':
      return [
        ...new Set(issue.errors.flat().map(({ message }) => message.replaceAll(/^expected |; it is missing$/g, ''))),
      ].join(' or ');
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'another value';
  }
}
