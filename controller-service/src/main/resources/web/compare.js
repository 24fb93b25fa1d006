/** Up to twenty runs on one chart. */

import {getRun, readSeries} from './api.js';
import {LINES} from './chart.js';
import {ChartPanel} from './chart-panel.js';
import {h, replace} from './dom.js';
import {id, isLive, number, percent, policyName} from './format.js';
import {stateMark} from './fleet-row.js';
import {differences} from './differences.js';
import {epochsSaved, group, GROUPS, headline, keptEpoch, mainSeries, seriesOf} from './series.js';
import {againstBaseline, grouped} from './overlay.js';
import {go, list, parameter, parameters, set, viewAddress} from './url-state.js';

const MOST = 20;
const MAX_POINTS = 600;
const AT_ONCE = 4;
const EVERY_MILLIS = 5000;

export function compare(root) {
  const abort = new AbortController();
  const names = list('runs').slice(0, MOST);
  const recorded = new Map();
  const panels = new Map();
  const places = {charts: h('div', {class: 'charts'}), table: h('div', {class: 'panel scroll', role: 'region', 'aria-label': 'Runs', tabindex: 0}),
    differences: h('div', {class: 'panel scroll', role: 'region', 'aria-label': 'Differences', tabindex: 0})};
  let runs = [];
  let timer;

  const colour = (run) => LINES[runs.indexOf(run) % LINES.length];
  const shownSeries = () => (parameters().has('series') ? list('series') : [mainSeries(runs[0]), headline(runs[0]).lossName ?? 'trainLoss', 'testAccuracy']);
  const control = (name, label, options) => h('div', {class: 'control'}, h('label', {for: `by-${name}`}, label),
    h('select', {id: `by-${name}`, onchange: (event) => {
      set({[name]: event.target.value});
      draw();
    }}, options.map(([value, title]) => h('option', {value, selected: parameter(name) === value}, title))));

  async function read() {
    const waiting = runs.filter((run) => !recorded.has(run.uid) || isLive(run));
    await Promise.all(Array.from({length: AT_ONCE}, async () => {
      for (let run = waiting.shift(); run; run = waiting.shift()) {
        try {
          recorded.set(run.uid, (await readSeries(id(run), seriesOf(run), MAX_POINTS, abort.signal)).series);
        } catch {
          if (abort.signal.aborted) return;
        }
      }
    }));
  }

  /** Lines of one series: a run each, or a mean and its band for each value of a label. */
  function drawing(series) {
    let lines = runs.filter((run) => recorded.get(run.uid)?.has(series)).map((run) =>
      ({name: id(run), run, colour: colour(run), ...recorded.get(run.uid).get(series)}));
    const baseline = lines.find(({name}) => name === parameter('baseline'));
    if (baseline) lines = againstBaseline(lines, baseline);
    const label = parameter('group');
    return label ? grouped(lines, label) : {lines};
  }

  function panelOf(series) {
    const kind = GROUPS[group(series)];
    const panel = new ChartPanel({
      title: series, name: `compare-${series}`, sync: 'compare', log: kind.log && !parameter('baseline'), height: 220,
      onZoom: (from, to) => {
        set({from: from ?? '', to: to ?? ''});
        draw();
      },
      onFocus: (line) => highlight(line === undefined ? undefined : panel.shown[line]?.name, panel),
    });
    return panel;
  }

  /** The same run stands out everywhere. */
  function highlight(name, from) {
    for (const panel of panels.values()) {
      const line = panel.shown?.findIndex((one) => one.name === name);
      if (panel !== from && panel.shown) panel.chart.focus(line < 0 ? undefined : line);
    }
    for (const row of places.table.querySelectorAll('tbody tr')) row.classList.toggle('focused', row.dataset.run === name);
  }

  function draw() {
    const wanted = shownSeries();
    for (const [series, panel] of panels) {
      if (!wanted.includes(series)) {
        panel.close();
        panels.delete(series);
      }
    }
    wanted.forEach((series) => panels.has(series) || panels.set(series, panelOf(series)));
    replace(places.charts, wanted.map((series) => panels.get(series).element));
    const epochs = [...recorded.values()].flatMap((series) => [...series.values()]).map((points) => points.epochs.at(-1));
    const last = epochs.length ? Math.max(...epochs) : 2;
    for (const [series, panel] of panels) {
      panel.show({...drawing(series), range: [Number(parameter('from')) || 1, Number(parameter('to')) || last], lastEpoch: last, smoothing: 0});
    }
    replace(places.table, table());
    replace(places.differences, differences(runs));
  }

  function table() {
    const baseline = parameter('baseline');
    return h('table', {class: 'list results'},
      h('thead', {}, h('tr', {}, ['Run', 'State', 'Policy', 'Decided', 'Kept', 'Saved', 'Loss', 'Accuracy', 'Baseline'].map((title) => h('th', {scope: 'col'}, title)))),
      h('tbody', {}, runs.map((run) => {
        const {loss, accuracy} = headline(run);
        const saved = epochsSaved(run);
        const swatch = h('span', {class: 'swatch'});
        swatch.style.background = swatch.style.borderColor = colour(run);
        const name = id(run);
        return h('tr', {'data-run': name, onmouseenter: () => highlight(name), onmouseleave: () => highlight()},
          h('th', {scope: 'row'}, swatch, ' ', h('a', {href: viewAddress('run', {run: name})}, name)), h('td', {}, stateMark(run)),
          h('td', {}, policyName(run.policy)), h('td', {}, run.decision?.stopEpoch ?? '–'), h('td', {}, keptEpoch(run) ?? '–'),
          h('td', {}, saved === undefined ? '–' : percent(saved / run.spec.epochs, 0)), h('td', {}, number(loss)), h('td', {}, percent(accuracy)),
          h('td', {}, h('button', {type: 'button', class: 'quiet', 'aria-pressed': baseline === name, 'aria-label': `Compare with ${name}`, onclick: () => {
            set({baseline: baseline === name ? '' : name});
            panels.forEach((panel) => panel.close());
            panels.clear();
            draw();
          }}, baseline === name ? 'Unpin' : 'Pin')));
      })));
  }

  function layout() {
    const labels = [...new Set(runs.flatMap((run) => Object.keys(run.labels ?? {})))];
    const available = [...new Set(runs.flatMap((run) => [...(recorded.get(run.uid)?.keys() ?? [])]))];
    const chosen = shownSeries();
    return h('div', {class: 'compare'}, h('div', {class: 'run-head'}, h('h1', {}, `${runs.length} runs compared`),
      h('div', {class: 'actions'},
        control('group', 'Group by label', [['', 'none'], ...labels.map((label) => [label, label])]),
        h('details', {class: 'choice'}, h('summary', {class: 'button'}, 'Series'), h('div', {class: 'menu'}, available.map((series) => h('label', {},
          h('input', {type: 'checkbox', checked: chosen.includes(series), onchange: () => {
            set({series: shownSeries().includes(series) ? shownSeries().filter((one) => one !== series) : [...shownSeries(), series]});
            draw();
          }}), series)))),
        h('a', {class: 'button live', href: viewAddress('whatif', {runs: names})}, 'What if'))),
    places.table, places.charts, h('h2', {class: 'part'}, 'What differs'), places.differences);
  }

  async function refresh() {
    runs = await Promise.all(names.map((name) => getRun(name, abort.signal)));
    await read();
  }

  async function start() {
    try {
      await refresh();
    } catch (failure) {
      if (!abort.signal.aborted) replace(root, h('div', {class: 'state', role: 'alert'}, h('p', {}, failure.message), h('a', {class: 'button', href: viewAddress('')}, 'All runs')));
      return;
    }
    replace(root, layout());
    draw();
    const again = async () => {
      if (!document.hidden && runs.some(isLive)) {
        await refresh().then(draw).catch(() => {});
      }
      if (!abort.signal.aborted) timer = setTimeout(again, EVERY_MILLIS);
    };
    timer = setTimeout(again, EVERY_MILLIS);
  }

  const redraw = () => {
    panels.forEach((panel) => (panel.chart.shape = undefined));
    if (runs.length) draw();
  };
  document.addEventListener('theme', redraw);
  if (names.length === 0) {
    replace(root, h('div', {class: 'state'}, h('h1', {}, 'Compare'), h('p', {}, 'Select runs in the table of all runs, then press c.'),
      h('a', {class: 'button', href: viewAddress('')}, 'All runs')));
  } else {
    replace(root, h('p', {class: 'state', role: 'status'}, 'Loading …'));
    start();
  }
  return {
    title: 'Compare',
    keys: {
      l: () => panels.forEach((panel) => panel.setLog(!panel.log)),
      w: () => go(viewAddress('whatif', {runs: names})),
    },
    close() {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('theme', redraw);
      panels.forEach((panel) => panel.close());
    },
  };
}
