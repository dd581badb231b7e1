/**
 * Lets few go on in each turn of the event loop, in the order in which they came, so that a crowd keeps nobody else waiting for
 * more than a few milliseconds.
 *
 * @param mostInTurn what so many do in a row may take those milliseconds
 */
export function createPace(mostInTurn: number): () => Promise<void> {
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
