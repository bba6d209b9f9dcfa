// What a generation is doing, in words and as a share of the whole. Pure functions.

// Where each phase lies on the bar. Loading has little, though it can take long: it comes once.
const SHARES = {
  starting: [0, 0], queued: [0, 0], loading: [0, 0.1], encoding: [0.1, 0.15], thinking: [0.15, 0.15],
  step: [0.15, 0.92], decoding: [0.92, 1], done: [1, 1], failed: [0, 0],
};
const INDETERMINATE = new Set(['starting', 'queued', 'thinking']);

const pictures = (count) => (count === 1 ? '1 picture' : `${count} pictures`);
const counted = (words, {done, units}) => (units > 1 ? `${words} · ${done} of ${units}` : words);

export function phaseText(generation) {
  if (generation.cancelling) return 'Cancelling…';
  if (!generation.connected) return 'Connection lost. Joining again…';
  switch (generation.phase) {
    case 'queued':
      return generation.position > 0 ? `Waiting: ${pictures(generation.position)} ahead` : 'Next in the queue';
    case 'loading': return counted('Loading the model', generation);
    case 'encoding': return counted('Reading the prompt', generation);
    case 'thinking': return 'Thinking about the prompt';
    case 'step': return `Drawing · step ${generation.step} of ${generation.steps}`;
    case 'decoding': return counted('Finishing', generation);
    case 'done': return 'Done';
    case 'failed': return 'Stopped';
    default: return 'Starting…';
  }
}

// 0 to 1, or null where nobody knows.
export function fraction(generation) {
  if (INDETERMINATE.has(generation.phase)) return null;
  const [from, to] = SHARES[generation.phase];
  const [done, units] = generation.phase === 'step' ? [generation.step, generation.steps]
                                                    : [generation.done, generation.units];
  return from + (to - from) * (units > 0 ? Math.min(1, done / units) : 0);
}

// What a screen reader is told: a new phase, and each quarter of the steps. Repeats are the
// caller's to drop.
export function announcement(generation) {
  if (generation.phase !== 'step' || generation.cancelling || !generation.connected) {
    return phaseText(generation).split(' · ')[0];
  }
  const quarter = Math.floor((4 * generation.step) / generation.steps);
  return quarter > 0 && quarter < 4 ? `Drawing: ${quarter * 25} percent` : 'Drawing';
}

// 75 → "1:15", 9.4 → "9 s".
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`;
}

// Joining replays old steps at once; real ones take longer.
const REPLAY_MS = 20;

// Tells the seconds left from the pace of the steps that this page saw come; null before it knows.
export class StepClock {
  #seen = [];  // {step, at}

  left(generation, now) {
    if (generation.phase !== 'step') return null;
    const newest = this.#seen.at(-1);
    if (newest?.step !== generation.step) {
      if (newest && (now - newest.at < REPLAY_MS || generation.step < newest.step)) this.#seen = [];
      this.#seen.push({step: generation.step, at: now});
    }
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (last.step - first.step < 2) return null;
    const pace = (last.at - first.at) / 1000 / (last.step - first.step);
    return Math.max(0, pace * (generation.steps - last.step) - (now - last.at) / 1000);
  }
}
