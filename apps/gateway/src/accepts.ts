/** Whether a header such as `Accept` or `Accept-Encoding` names this, without `q=0`. */
export function accepts(header: string | undefined, name: string): boolean {
  return (header ?? '').split(',').some((range) => {
    const [named, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return named === name && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
