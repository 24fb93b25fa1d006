/** Where another policy would have stopped runs, replayed by the controller while its knobs move. */

import {getRun, listRuns, readSeries, replay} from './api.js';
import {ChartPanel} from './chart-panel.js';
import {copy, h, replace} from './dom.js';
import {count, id, percent, signed} from './format.js';
import {parse, policyForm, text} from './policy-form.js';
import {group, keptEpoch, monitors} from './series.js';
import {marksOf, stagesOf} from './run.js';
import {list, parameter, set, viewAddress} from './url-state.js';

const SETTLE_MILLIS = 120;
const AT_ONCE = 2;
const AT_FIRST = 20;
const MAX_POINTS = 1000;

/** The policy that is asked about at first: that of the address, or one that is worth a try. */
const firstPolicy = () => (parameter('policy') ? parse(parameter('policy')) : {plateau: {}, monitor: 'deathDistance'});

export function whatIf(root) {
  const abort = new AbortController();
  const results = new Map();
  let policy = firstPolicy();
  let runs = [];
  let shown;
  let recorded;
  let superseded = new AbortController();
  let timer;

  const sums = h('dl', {class: 'sums'});
  const rows = h('tbody');
  const said = h('p', {class: 'said', role: 'status'});
  const command = h('code');
  const panel = new ChartPanel({title: 'Series', name: 'what-if', log: true, height: 280,
    onZoom: (from, to) => {
      set({from: from ?? '', to: to ?? ''});
      draw();
    }});

  function changed(next) {
    policy = next;
    set({policy: text(policy)});
    command.textContent = `connectome runs replay --policy '${text(policy)}'`;
    clearTimeout(timer);
    superseded.abort();
    timer = setTimeout(ask, SETTLE_MILLIS);
    if (shown) series(shown);
  }

  /** The run on show first, then the others; whatever a newer question replaces is broken off. */
  async function ask() {
    superseded = new AbortController();
    const {signal} = superseded;
    const waiting = [...runs].sort((a, b) => Number(b === shown) - Number(a === shown));
    root.setAttribute('aria-busy', 'true');
    await Promise.all(Array.from({length: AT_ONCE}, async () => {
      for (let run = waiting.shift(); run && !signal.aborted; run = waiting.shift()) {
        try {
          results.set(run.uid, await replay(id(run), policy, signal));
        } catch (failure) {
          if (signal.aborted) return;
          results.set(run.uid, {failure: failure.message});
        }
        draw();
      }
    }));
    if (!signal.aborted) root.removeAttribute('aria-busy');
  }

  async function series(run) {
    shown = run;
    const names = [...new Set([policy.monitor, ...(policy.monitor ? [] : monitors(run.policy)), 'deathDistance', 'trainLoss', 'testLoss', 'testAccuracy'].filter(Boolean))];
    try {
      recorded = await readSeries(id(run), names, MAX_POINTS, abort.signal);
    } catch {
      return;
    }
    draw();
  }

  /** The marks of what was, and that of what would have been. */
  function marks() {
    const {decision} = results.get(shown.uid) ?? {};
    const made = marksOf({...shown, shadowDecisions: []}, recorded.attempts).map((mark) => ({...mark, colour: '--soft'}));
    return decision ? [...made, {epoch: decision.stopEpoch, text: 'what if', colour: '--accent'},
      ...(decision.restoreEpoch && decision.restoreEpoch !== decision.stopEpoch ? [{epoch: decision.restoreEpoch, text: 'keeps this', colour: '--good', dash: [6, 3]}] : [])] : made;
  }

  function draw() {
    describe();
    if (!recorded || !shown) return;
    const lines = [...recorded.series].map(([name, points]) => ({name, ...points}));
    const rank = ({name}) => (name === policy.monitor ? 0 : group(name) === 'signals' ? 1 : 2);
    lines.sort((a, b) => rank(a) - rank(b));
    const all = lines.flatMap(({epochs}) => [epochs[0], epochs.at(-1)]);
    const whole = all.length ? [Math.min(...all), Math.max(...all)] : [1, 2];
    const {decision} = results.get(shown.uid) ?? {};
    panel.show({
      lines, range: [Number(parameter('from')) || whole[0], Number(parameter('to')) || whole[1]], lastEpoch: whole[1],
      smoothing: 0, stages: stagesOf(shown), marks: marks(),
      dots: (decision?.evidence ?? []).filter(() => recorded.series.has(decision.monitor)).map((point) => ({...point, colour: '--accent'})),
    });
  }

  function describe() {
    const answered = runs.map((run) => results.get(run.uid)).filter((one) => one && !one.failure);
    const stopped = answered.filter(({decision}) => decision);
    const total = answered.reduce((sum, {lastEpoch}) => sum + lastEpoch, 0);
    const saved = answered.reduce((sum, {epochsSaved}) => sum + epochsSaved, 0);
    const differences = answered.map(({accuracyDifference}) => accuracyDifference).filter((value) => value !== undefined);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    const cell = (title, value, kind) => h('div', {}, h('dt', {}, title), h('dd', {class: kind}, value));
    replace(sums,
      cell('Would stop', `${stopped.length} of ${count(runs.length, 'run')}`),
      cell('Epochs saved', total ? `${saved} of ${total}, ${percent(saved / total, 0)}` : '–', saved ? 'good' : undefined),
      cell('Accuracy', differences.length ? signed(mean, (value) => percent(value, 2)) : '–', mean < 0 ? 'bad-text' : 'good'));
    replace(rows, runs.map(row));
    const one = shown && results.get(shown.uid);
    said.textContent = !one ? '' : one.failure ?? (one.decision
      ? `${id(shown)}: ${one.decision.message}.` : `${id(shown)}: this policy would not have stopped it within its ${count(one.lastEpoch, 'epoch')}.`);
  }

  function row(run) {
    const result = results.get(run.uid);
    const {decision, epochsSaved, accuracyDifference, lastEpoch, failure} = result ?? {};
    return h('tr', {class: run === shown ? 'selected' : undefined},
      h('th', {scope: 'row'}, h('button', {type: 'button', class: 'quiet', 'aria-pressed': run === shown, onclick: () => series(run)}, id(run))),
      h('td', {}, run.decision ? run.decision.stopEpoch : '–'), h('td', {}, keptEpoch(run) ?? '–'),
      h('td', {class: 'strong', title: failure}, failure ? '!' : result ? decision?.stopEpoch ?? 'goes on' : '…'),
      h('td', {}, result && !failure ? `${epochsSaved} of ${lastEpoch}` : ''),
      h('td', {class: accuracyDifference < 0 ? 'bad-text' : ''}, accuracyDifference === undefined ? '' : signed(accuracyDifference, (value) => percent(value, 2))));
  }

  const layout = () => h('div', {class: 'what-if'},
    h('div', {class: 'run-head'}, h('h1', {}, 'What if'),
      h('p', {class: 'quiet-text'}, 'Move the knobs: the controller replays the recorded series. Nothing is changed.')),
    h('div', {class: 'columns'},
      h('div', {class: 'column'}, sums, panel.element, said,
        h('div', {class: 'panel scroll', role: 'region', 'aria-label': 'Runs', tabindex: 0}, h('table', {class: 'list results'},
          h('thead', {}, h('tr', {}, ['Run', 'Decided', 'Kept', 'What if', 'Epochs saved', 'Accuracy'].map((title) => h('th', {scope: 'col'}, title)))), rows))),
      h('aside', {'aria-label': 'Policy'}, h('section', {class: 'panel'}, h('h2', {}, 'Policy'), policyForm(policy, changed)),
        h('section', {class: 'panel'}, h('h2', {}, 'As a command'), h('p', {}, command), h('button', {type: 'button', onclick: () => copy(command.textContent)}, 'Copy')))));

  async function start() {
    try {
      const names = list('runs');
      runs = names.length ? await Promise.all(names.map((name) => getRun(name, abort.signal)))
        : (await listRuns({pageSize: AT_FIRST}, abort.signal)).trainingRuns.filter((run) => run.attempt > 0);
    } catch (failure) {
      if (!abort.signal.aborted) replace(root, h('div', {class: 'state', role: 'alert'}, h('p', {}, failure.message), h('a', {class: 'button', href: viewAddress('')}, 'All runs')));
      return;
    }
    if (runs.length === 0) {
      replace(root, h('div', {class: 'state'}, h('h1', {}, 'What if'), h('p', {}, 'No run has recorded anything yet.')));
      return;
    }
    replace(root, layout());
    shown = runs[0];
    changed(policy);
  }

  const redraw = () => {
    panel.chart.shape = undefined;
    draw();
  };
  document.addEventListener('theme', redraw);
  replace(root, h('p', {class: 'state', role: 'status'}, 'Loading …'));
  start();
  return {
    title: 'What if',
    keys: {l: () => panel.setLog(!panel.log)},
    close() {
      abort.abort();
      superseded.abort();
      clearTimeout(timer);
      root.removeAttribute('aria-busy');
      document.removeEventListener('theme', redraw);
      panel.close();
    },
  };
}
