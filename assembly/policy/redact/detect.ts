import { Automaton, Redact } from '../../shared/image_layout';
import { detect, matchEnd, matchStart } from './detectors';
import { mark } from './marks';
import { placeOf, viewEnd, viewStart } from './view';

/** Per detector: position behind its latest find in this view. */
const lastEnds: usize = memory.data(128, 8);

let automaton: usize = 0;
let triggers: usize = 0;
let rulesOf: usize = 0;
let lengths: usize = 0;
let wanted: u64 = 0;

export function startDetection(section: usize, rules: u64): void {
  automaton = load<u32>(section, Redact.triggers_automaton);
  triggers = load<u32>(section, Redact.triggers);
  rulesOf = load<u32>(section, Redact.detector_rules);
  lengths = load<u32>(section, Redact.iban_lengths);
  wanted = rules;
}

/** Rules that want what a detector finds. */
export function detectorRules(section: usize, detector: u32): u64 {
  const table = <usize>load<u32>(section, Redact.detector_rules);
  return table == 0 ? 0 : load<u64>(table + ((<usize>detector) << 3));
}

/** Marks what the wanted detectors find in the view: one pass for the beginnings of all, a closer look behind each of them. */
export function markDetected(): void {
  if (wanted == 0 || automaton == 0) return;
  const transitions = <usize>load<u32>(automaton, Automaton.transitions);
  const accept = <usize>load<u32>(automaton, Automaton.accept);
  const width = load<u32>(automaton, Automaton.width);
  let state = load<u32>(automaton, Automaton.start);
  memory.fill(lastEnds, 0, 128);
  for (let p = viewStart; p < viewEnd; ) {
    const symbol = <u32>load<u8>(automaton + load<u8>(p), Automaton.classes);
    state = load<u16>(transitions + ((<usize>(state * width + symbol)) << 1));
    p++;
    const list = <usize>load<u32>(accept + (state << 2));
    if (list != 0) look(list, p);
  }
}

/** Asks the detectors of the triggers that end at `p`. Finds of one detector do not overlap. */
function look(list: usize, p: usize): void {
  const end = list + 4 + ((<usize>load<u32>(list)) << 2);
  for (let at = list + 4; at < end; at += 4) {
    const trigger = load<u32>(triggers + ((<usize>load<u32>(at)) << 2));
    const detector = trigger & 0xff;
    const rules = load<u64>(rulesOf + ((<usize>detector) << 3)) & wanted;
    const start = p - <usize>((trigger >> 8) & 0xff);
    const last = lastEnds + ((<usize>detector) << 2);
    if (rules == 0 || start < <usize>load<u32>(last)) continue;
    if (!detect(detector, trigger >> 16, start, p, viewStart, viewEnd, lengths)) continue;
    store<u32>(last, <u32>matchEnd);
    mark(placeOf(matchStart), placeOf(matchEnd), <u32>ctz(rules), 0);
  }
}
