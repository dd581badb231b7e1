/** An answer to a reader takes some 100 µs: so many keep nobody else waiting for more than a few milliseconds. */
const mostInTurn = 10;

/** Lets few go on in each turn of the event loop, in the order in which they came. */
export function createPace(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const release = (): void => {
    for (const goOn of waiting.splice(0, mostInTurn)) goOn();
    if (waiting.length > 0) setImmediate(release);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(release);
    });
}
