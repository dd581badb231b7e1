import { setTimeout as wait } from 'node:timers/promises';

/** Asks again, a little later each time, until the answer will do; the test's own time-out is the only limit. */
export async function until<T>(ask: () => Promise<T>, willDo: (answer: T) => boolean): Promise<T> {
  for (let pause = 10; ; pause = Math.min(pause * 1.5, 250)) {
    const answer = await ask();
    if (willDo(answer)) return answer;
    await wait(pause);
  }
}
