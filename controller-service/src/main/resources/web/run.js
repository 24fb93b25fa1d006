/** One run: its series, what was decided about it and why, and everything else that is known of it. */

import {getRun, listEvents, readSeries, watchRun} from './api.js';
import {ChartPanel} from './chart-panel.js';
import {h, replace, replaceIfChanged} from './dom.js';
import {isLive, stage} from './format.js';
import {head} from './run-head.js';
import {facts, why} from './run-why.js';
import {tabs} from './run-tabs.js';
import {extremes, group, GROUPS, keptEpoch, MEANINGS, monitors, seriesOf, SIGNALS} from './series.js';
import {go, list, parameter, parameters, set, viewAddress} from './url-state.js';

const SETTLE_MILLIS = 700;
const POLL_MILLIS = 3000;
const MAX_POINTS = 2000;

/** What happened to a run, as marks over its charts. */
export function marksOf(run, attempts) {
  const marks = attempts.filter(({attempt}) => attempt > 1).map(({attempt, epoch}) =>
    ({epoch, text: `attempt ${attempt}`, colour: '--soft', dash: [2, 4]}));
  for (const {policyId, stopEpoch} of run.shadowDecisions ?? []) {
    marks.push({epoch: stopEpoch, text: policyId, colour: '--soft', dash: [4, 4]});
  }
  for (const {policyId, stopEpoch} of run.revokedDecisions ?? []) {
    marks.push({epoch: stopEpoch, text: `${policyId}, taken back`, colour: '--soft', dash: [1, 3]});
  }
  const kept = isLive(run) ? undefined : keptEpoch(run);
  const decided = run.decision?.stopEpoch;
  if (decided !== undefined) marks.push({epoch: decided, text: kept === decided ? 'decided, kept' : 'decided', colour: '--bad'});
  if (kept !== undefined && kept !== decided) marks.push({epoch: kept, text: 'kept', colour: '--good', dash: [6, 3]});
  return marks;
}

export const stagesOf = (run) => (run.stageTransitions ?? []).map((one) => ({name: stage(one.stage), epoch: one.epoch}))
  .filter(({name}) => name);

/** The points that the decision rests on, each on the line of its series. */
function evidence(run) {
  const decisions = run.decision?.members?.length ? run.decision.members : [run.decision ?? {}];
  return decisions.flatMap((decision) => (decision.evidence ?? []).map((point) => ({...point, series: decision.monitor, colour: '--bad'})));
}

/** What the shades behind the lines mean. */
const stageLegend = () => ['reorganisation', 'consolidation', 'stability'].map((name) =>
  h('span', {class: `stage ${name}`, title: MEANINGS.stage}, name));

/** At first only what the policy reads, and the two distances that say most. */
function hiddenAtFirst(run) {
  const read = new Set([...monitors(run.policy), 'connectomeDistance', 'deathDistance']);
  return Object.keys(SIGNALS).filter((name) => !read.has(name));
}

export function run(root) {
  const id = parameter('run');
  const abort = new AbortController();
  const places = {head: h('div'), why: h('div'), facts: h('div'), tabs: h('div'), charts: h('div', {class: 'charts'})};
  const zoomed = h('button', {type: 'button', class: 'quiet', onclick: () => zoom()}, 'Reset zoom');
  const smoothing = h('input', {
    type: 'range', min: 0, max: 0.95, step: 0.05, value: parameter('smooth', '0'), id: 'smooth', oninput: () => {
      set({smooth: Number(smoothing.value) || ''});
      draw();
    },
  });
  let current;
  let recorded;
  let events = [];
  let panels;
  let below;
  let reading;
  let stopWatching;

  const range = () => {
    const all = [...(recorded?.series.values() ?? [])].flatMap(({epochs}) => [epochs[0], epochs.at(-1)]);
    const whole = all.length ? [Math.min(...all), Math.max(...all)] : [1, 2];
    return [Number(parameter('from')) || whole[0], Number(parameter('to')) || whole[1], whole[1]];
  };

  function zoom(from, to) {
    set({from: from === undefined ? '' : Math.max(0, from), to: to ?? ''});
    draw();
  }

  function makePanels() {
    const logs = parameters().has('log') ? list('log') : undefined;
    const rememberLog = () => set({log: Object.keys(panels).filter((key) => panels[key].log).join(',') || 'none'});
    panels = {};
    for (const [key, {title, log}] of Object.entries(GROUPS)) {
      panels[key] = new ChartPanel({
        title, name: `${id}-${key}`, sync: 'run', log: logs ? logs.includes(key) : log, height: key === 'signals' ? 260 : 180,
        note: key === 'signals' ? stageLegend() : undefined,
        hidden: key !== 'signals' ? [] : parameters().has('hide') ? list('hide') : hiddenAtFirst(current),
        onZoom: zoom, onLog: rememberLog, onHidden: (names) => key === 'signals' && set({hide: names.length ? names : 'none'}),
      });
    }
    replace(places.charts, h('div', {class: 'chart-tools'},
      h('label', {for: 'smooth'}, 'Smoothing'), smoothing, zoomed,
      h('span', {class: 'quiet-text'}, 'Drag over a chart to zoom in, double-click to see everything.')),
    Object.values(panels).map((panel) => panel.element));
  }

  function draw() {
    if (!recorded) return;
    if (!panels) makePanels();
    const [from, to, lastEpoch] = range();
    zoomed.hidden = !parameter('from') && !parameter('to');
    const marks = marksOf(current, recorded.attempts);
    const points = evidence(current);
    const order = Object.keys(SIGNALS);
    const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
    const lines = [...recorded.series].map(([name, {epochs, values}]) => ({name, epochs, values}))
      .sort((a, b) => place(a.name) - place(b.name));
    for (const [key, panel] of Object.entries(panels)) {
      panel.show({
        lines: lines.filter(({name}) => group(name) === key), range: [from, to], lastEpoch, smoothing: Number(smoothing.value),
        stages: stagesOf(current), marks, dots: points.filter(({series}) => group(series) === key),
      });
    }
  }

  function describe() {
    const {state, stateMessage, stage: now, labels, decision, shadowDecisions, stop, spec} = current;
    replaceIfChanged(places.head, [state, now, labels, spec?.epochs], () => head(current, reload));
    replaceIfChanged(places.why, [state, stateMessage, now, decision, shadowDecisions, stop], () => why(current));
    const best = recorded ? extremes((recorded.series.get('validationLoss') ?? recorded.series.get('trainLoss'))?.values ?? []).min : undefined;
    replace(places.facts, facts(current, best));
    below ??= tabs(id, places.tabs);
    below.show(current, events);
  }

  /** Many signatures in a row are one drawing. */
  function changed() {
    reading ??= setTimeout(async () => {
      try {
        recorded = await readSeries(id, seriesOf(current), MAX_POINTS, abort.signal);
        draw();
        describe();
      } catch {
        // The controller is away or the run is gone; the watch says so.
      } finally {
        reading = undefined;
      }
    }, SETTLE_MILLIS);
  }

  function onItem(item) {
    if (item.trainingRun) {
      current = item.trainingRun;
      describe();
    }
    if (item.event) events.push(item.event);
    changed();
  }

  function watch() {
    stopWatching = watchRun(id, current.position, onItem, (ended) => {
      if (!abort.signal.aborted) setTimeout(ended && !isLive(current) ? () => {} : reload, POLL_MILLIS);
    });
  }

  async function reload() {
    stopWatching?.();
    try {
      [current, events] = await Promise.all([getRun(id, abort.signal), listEvents(id, abort.signal)]);
      recorded = await readSeries(id, seriesOf(current), MAX_POINTS, abort.signal);
      if (!places.head.isConnected) replace(root, layout());
      describe();
      draw();
      if (isLive(current)) watch();
    } catch (failure) {
      if (abort.signal.aborted) return;
      if (failure.status === 404 || !current) {
        replace(root, h('div', {class: 'state', role: 'alert'}, h('h2', {}, failure.status === 404 ? `There is no run ${id}` : 'The run cannot be read'),
          h('p', {}, failure.message), h('a', {class: 'button', href: viewAddress('')}, 'All runs')));
      }
      if (failure.status !== 404) setTimeout(reload, POLL_MILLIS);
    }
  }

  const layout = () => h('div', {class: 'run'}, places.head,
    h('div', {class: 'columns'}, h('div', {class: 'column'}, places.charts, places.tabs),
      h('aside', {'aria-label': 'Summary'}, places.why, places.facts)));

  const redraw = () => {
    Object.values(panels ?? {}).forEach((panel) => (panel.chart.shape = undefined));
    draw();
  };
  document.addEventListener('theme', redraw);
  replace(root, h('p', {class: 'state', role: 'status'}, `Loading ${id} …`));
  reload();
  return {
    title: id,
    keys: {
      l: () => Object.values(panels ?? {}).forEach((panel) => panel.setLog(!panel.log)),
      w: () => go(viewAddress('whatif', {runs: id})),
    },
    close() {
      abort.abort();
      stopWatching?.();
      clearTimeout(reading);
      document.removeEventListener('theme', redraw);
      Object.values(panels ?? {}).forEach((panel) => panel.close());
    },
  };
}
