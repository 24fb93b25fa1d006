/** What is around every view: where you are, help, keys, dark and light. */

import {h, replace} from './dom.js';
import {help, listen} from './keys.js';
import {go, onNavigation, parameter, viewAddress} from './url-state.js';

function useTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event('theme'));
}

function otherTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
    && (document.documentElement.dataset.theme === 'dark' || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches));
  const next = dark ? 'light' : 'dark';
  localStorage.setItem('theme', next);
  useTheme(next);
}

/**
 * Shows the view that the address names, now and whenever it changes.
 *
 * @param views by name, functions that load one
 * @param first the name of the view of an address without one
 */
export function shell(views, first) {
  const main = document.getElementById('main');
  let view = {};
  let shows = 0;

  function close() {
    view.close?.();
    view = {};
  }

  async function show() {
    const turn = ++shows;
    close();
    const name = parameter('view', first);
    const open = await (views[name] ?? views[first])();
    if (turn !== shows) return;
    scrollTo(0, 0);
    view = open(main);
    document.title = view.title === 'Runs' ? 'Connectome' : `${view.title} – Connectome`;
    replace(document.getElementById('trail'), name !== first && [
      h('a', {href: viewAddress('')}, 'Runs'), h('span', {'aria-hidden': 'true'}, '/'), h('span', {'aria-current': 'page'}, view.title),
    ]);
  }

  document.getElementById('help').addEventListener('click', help);
  document.getElementById('theme').addEventListener('click', otherTheme);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => useTheme());
  useTheme(localStorage.getItem('theme'));
  listen(() => ({Escape: () => parameter('view', first) !== first && go(viewAddress('')), ...view.keys}));
  onNavigation(show);
  return {main, show, close};
}
