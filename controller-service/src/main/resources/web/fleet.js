/** All runs: what each is doing, and whether it still learns. */

import {h, replace} from './dom.js';
import {count, id, LIVE} from './format.js';
import {conditions, direction, isSortable, nextOrder, STATES} from './fleet-query.js';
import {COLUMNS, row} from './fleet-row.js';
import {RunPages} from './run-pages.js';
import {MEANINGS} from './series.js';
import {forget} from './sparkline.js';
import {address, go, list, parameter, set, viewAddress} from './url-state.js';

const ROW_HEIGHT = 37;
const BEYOND = 8;

export function fleet(root) {
  const selected = new Set(list('selected'));
  let focus = -1;
  let pages;
  let shown = [];

  const body = h('tbody');
  const summary = h('p', {class: 'summary', role: 'status'});
  const search = h('input', {
    type: 'search', id: 'search', value: parameter('q'), autocomplete: 'off', spellcheck: 'false',
    placeholder: 'Name, label=value or filter',
    'aria-label': 'Search runs by the beginning of their names, by label=value, or by a filter such as lowest.trainLoss < 0.2',
    oninput: () => restart({q: search.value}),
  });
  const chips = Object.keys(STATES).map((name) => h('button', {
    type: 'button', class: 'chip', 'data-state': name, onclick: () => restart({state: name === 'all' ? '' : name}),
  }, name));
  const actions = h('div', {class: 'actions'});
  const table = h('table', {class: 'fleet', 'aria-label': 'Training runs'},
    h('thead', {}, h('tr', {'aria-rowindex': 1}, COLUMNS.map(([name, title]) =>
      h('th', {class: `c-${name}`, scope: 'col', 'data-column': name, title: name === 'stage' ? MEANINGS.stage : undefined}, heading(name, title))))),
    body);
  const state = h('div', {class: 'state', role: 'status'});

  function heading(name, title) {
    if (!title) return h('span', {class: 'hidden'}, 'Select');
    return isSortable(name)
      ? h('button', {type: 'button', class: 'sort', onclick: () => restart({sort: nextOrder(name, pages.runs)})}, title)
      : title;
  }

  function restart(changes) {
    set(changes);
    pages?.close();
    focus = -1;
    pages = new RunPages(conditions(), draw);
    chips.forEach((chip) => chip.setAttribute('aria-pressed', chip.dataset.state === parameter('state', 'all')));
    table.querySelectorAll('th').forEach((th) => {
      const sorted = direction(th.dataset.column);
      if (sorted) th.setAttribute('aria-sort', sorted);
      else th.removeAttribute('aria-sort');
    });
    draw();
  }

  function select(run) {
    const name = id(run);
    if (!selected.delete(name)) selected.add(name);
    set({selected: [...selected]});
    draw();
  }

  function rowsInView() {
    const top = Math.max(0, -body.getBoundingClientRect().top);
    const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - BEYOND);
    return [first, Math.min(pages.runs.length, first + Math.ceil(innerHeight / ROW_HEIGHT) + 2 * BEYOND)];
  }

  const spacer = (rows) => {
    const filler = h('tr', {'aria-hidden': 'true', class: 'spacer'}, h('td', {colspan: COLUMNS.length}));
    filler.style.height = `${rows * ROW_HEIGHT}px`;
    return filler;
  };

  function draw() {
    const {runs} = pages;
    const [first, last] = rowsInView();
    const visible = runs.slice(first, last);
    shown.filter((run) => !visible.some(({uid}) => uid === run.uid)).forEach((run) => forget(run.uid));
    shown = visible;
    const keep = document.activeElement?.closest?.('tr')?.getAttribute('aria-rowindex');
    const control = keep && body.contains(document.activeElement) ? document.activeElement.tagName : undefined;
    replace(body, spacer(first), visible.map((run, at) => row(run, {
      selected: selected.has(id(run)), focused: first + at === focus, index: first + at, onSelect: select,
    })), spacer(runs.length - last));
    if (control) body.querySelector(`tr[aria-rowindex="${keep}"] ${control.toLowerCase()}`)?.focus({preventScroll: true});
    table.setAttribute('aria-rowcount', pages.complete ? runs.length + 1 : -1);
    table.hidden = runs.length === 0;
    search.setAttribute('aria-invalid', pages.failure?.status === 400);
    describe(runs);
    pages.inView(first, last);
    if (last > runs.length - 20) pages.more();
  }

  function describe(runs) {
    const live = runs.filter((run) => LIVE.has(run.state));
    const settled = runs.filter((run) => run.stage === 'TRAINING_STAGE_STABILITY' && LIVE.has(run.state));
    summary.textContent = runs.length
      ? `${count(runs.length, 'run')}${pages.complete ? '' : ' so far'}` + (live.length ? `, ${live.length} live, ${settled.length} of them settled` : ', none live')
      : '';
    const names = [...selected];
    replace(actions, names.length > 0 && [
      h('span', {}, `${names.length} selected`),
      h('a', {class: 'button', href: viewAddress('compare', {runs: names.slice(0, 20)})}, 'Compare'),
      h('a', {class: 'button', href: viewAddress('whatif', {runs: names})}, 'What if'),
      h('button', {type: 'button', class: 'quiet', onclick: () => {
        selected.clear();
        set({selected: ''});
        draw();
      }}, 'Clear'),
    ]);
    replace(state, runs.length === 0 && empty());
  }

  function empty() {
    if (!pages.loaded) return h('p', {}, 'Loading …');
    if (pages.failure) return h('p', {}, pages.failure.message);
    if (parameter('q') || parameter('state')) {
      return [h('p', {}, 'No run matches.'), h('a', {class: 'button', href: address({q: '', state: ''})}, 'Show all runs')];
    }
    return [h('h2', {}, 'No training runs yet'), h('p', {}, 'Submit one from a terminal:'),
      h('pre', {}, './connectome runs create --name first --model mlp --epochs 60'),
      h('p', {class: 'quiet-text'}, MEANINGS.connectome)];
  }

  function move(by) {
    focus = Math.max(0, Math.min(pages.runs.length - 1, focus + by));
    const top = body.getBoundingClientRect().top + scrollY + focus * ROW_HEIGHT;
    if (top < scrollY + 160) scrollTo({top: top - 160});
    else if (top > scrollY + innerHeight - 2 * ROW_HEIGHT) scrollTo({top: top - innerHeight + 2 * ROW_HEIGHT});
    draw();
    body.querySelector('tr.focused a')?.focus({preventScroll: true});
  }

  replace(root,
    h('div', {class: 'toolbar'}, h('h1', {class: 'hidden'}, 'Training runs'), search,
      h('div', {class: 'chips', role: 'group', 'aria-label': 'States'}, chips), summary, actions),
    table, state);
  restart({});
  addEventListener('scroll', draw, {passive: true});
  addEventListener('resize', draw);

  return {
    title: 'Runs',
    keys: {
      j: () => move(1),
      k: () => move(-1),
      x: () => pages.runs[focus] && select(pages.runs[focus]),
      Enter: () => pages.runs[focus] && go(viewAddress('run', {run: id(pages.runs[focus])})),
      c: () => selected.size && go(viewAddress('compare', {runs: [...selected].slice(0, 20)})),
      w: () => selected.size && go(viewAddress('whatif', {runs: [...selected]})),
    },
    close() {
      pages.close();
      removeEventListener('scroll', draw);
      removeEventListener('resize', draw);
    },
  };
}
