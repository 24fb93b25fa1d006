/** Shows the view that the address names. */

import {h, replace} from './dom.js';
import {connection} from './api.js';
import {fleet} from './fleet.js';
import {startHealth} from './health.js';
import {help, listen} from './keys.js';
import {enter, signIn} from './sign-in.js';
import {go, onNavigation, parameter, viewAddress} from './url-state.js';

const VIEWS = {
  fleet: async () => fleet,
  run: async () => (await import('./run.js')).run,
  whatif: async () => (await import('./what-if.js')).whatIf,
  compare: async () => (await import('./compare.js')).compare,
};

const main = document.getElementById('main');
let view = {};
let shows = 0;

async function show() {
  const turn = ++shows;
  view.close?.();
  view = {};
  const name = parameter('view', 'fleet');
  const open = await (VIEWS[name] ?? VIEWS.fleet)();
  if (turn !== shows) return;
  scrollTo(0, 0);
  view = open(main);
  document.title = view.title === 'Runs' ? 'Connectome' : `${view.title} – Connectome`;
  replace(document.getElementById('trail'), name !== 'fleet' && [
    h('a', {href: viewAddress('')}, 'Runs'), h('span', {'aria-hidden': 'true'}, '/'), h('span', {'aria-current': 'page'}, view.title),
  ]);
}

function useTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event('theme'));
}

document.getElementById('help').addEventListener('click', help);
document.getElementById('theme').addEventListener('click', () => {
  const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
    && (document.documentElement.dataset.theme === 'dark' || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches));
  const next = dark ? 'light' : 'dark';
  localStorage.setItem('theme', next);
  useTheme(next);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => useTheme());
useTheme(localStorage.getItem('theme'));
listen(() => ({Escape: () => parameter('view') && go(viewAddress('')), ...view.keys}));
onNavigation(show);
connection.addEventListener('unknown', () => {
  view.close?.();
  view = {};
  signIn(main, show);
});
await enter();
startHealth();
show();
