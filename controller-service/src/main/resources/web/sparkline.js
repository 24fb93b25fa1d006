/** Small drawings of one series, asked for a few at a time and only when a run has moved on. */

import {readSeries} from './api.js';
import {h, svg} from './dom.js';
import {id, number} from './format.js';
import {extremes, headline, mainSeries} from './series.js';

const WIDTH = 96;
const HEIGHT = 22;
const POINTS = 96;
const AT_ONCE = 3;

const drawn = new Map();
const waiting = new Map();
let running = 0;

function points(values) {
  const usable = values.filter((value) => Number.isFinite(value) && value > 0);
  const logs = usable.map(Math.log);
  const low = Math.min(...logs);
  const range = Math.max(...logs) - low || 1;
  return logs.map((value, index) =>
    `${(1 + index * (WIDTH - 4) / Math.max(1, logs.length - 1)).toFixed(1)},${(2 + (HEIGHT - 4) * (1 - (value - low) / range)).toFixed(1)}`);
}

function draw({place, least}, {name, values, best}) {
  if (best !== undefined) least.textContent = number(best);
  const line = points(values);
  if (line.length < 2) return;
  const [x, y] = line.at(-1).split(',');
  place.replaceChildren(svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': `${name}, ${values.length} points, now ${values.at(-1)}`},
    svg('polyline', {points: line.join(' '), class: 'spark'}),
    svg('circle', {cx: x, cy: y, r: 2, class: 'spark-end'})));
}

async function next() {
  if (running >= AT_ONCE || waiting.size === 0) return;
  const [uid, {run, places}] = waiting.entries().next().value;
  waiting.delete(uid);
  running++;
  try {
    const name = mainSeries(run);
    const {lossName = 'trainLoss'} = headline(run);
    const {series} = await readSeries(id(run), [name, lossName], POINTS);
    const drawing = {epoch: run.progress?.completedEpochs, name, values: series.get(name)?.values ?? [],
      best: extremes(series.get(lossName)?.values ?? []).min};
    drawn.set(uid, drawing);
    draw(places, drawing);
  } catch {
    // The next change of the run asks again.
  } finally {
    running--;
    next();
  }
}

/** Places that show the main series of a run and its least loss, now if they are known and else soon. */
export function sparkline(run) {
  const least = h('i', {class: 'least', title: 'The least so far'});
  const place = h('span', {class: 'spark-place', title: mainSeries(run)});
  const known = drawn.get(run.uid);
  const places = {place, least};
  if (known) draw(places, known);
  if (known?.epoch !== run.progress?.completedEpochs) {
    waiting.set(run.uid, {run, places});
    next();
  }
  return places;
}

/** What is no longer in view is not worth asking for. */
export function forget(uid) {
  waiting.delete(uid);
}
