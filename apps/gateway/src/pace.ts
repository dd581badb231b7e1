/** Resolves when the caller may go on. @param group of those that came with it, one goes on before another of this one */
export type Pace = (group?: object) => Promise<void>;

/**
 * Lets few go on in each turn of the event loop, so that a crowd keeps nobody else waiting for more than a few milliseconds: one of
 * each group in turn, and those of a group in the order in which they came.
 *
 * @param mostInTurn what so many do in a row may take those milliseconds
 */
export function createPace(mostInTurn: number): Pace {
  const waiting = new Map<object | undefined, (() => void)[]>();
  const release = (): void => {
    for (let left = mostInTurn; left > 0; left -= 1) {
      const [first] = waiting;
      if (first === undefined) return;
      const [group, ofGroup] = first;
      const goOn = ofGroup.shift();
      waiting.delete(group);
      if (ofGroup.length > 0) waiting.set(group, ofGroup);
      goOn?.();
    }
    if (waiting.size > 0) setImmediate(release);
  };
  return (group) =>
    new Promise((resolve) => {
      if (waiting.size === 0) setImmediate(release);
      const ofGroup = waiting.get(group);
      if (ofGroup === undefined) waiting.set(group, [resolve]);
      else ofGroup.push(resolve);
    });
}
