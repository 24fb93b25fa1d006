/** One key for each thing that is done often. */

import {h} from './dom.js';
import {MEANINGS} from './series.js';

const KEYS = [
  ['/', 'Search'], ['j  k', 'Next, previous run'], ['Enter', 'Open the run'], ['x', 'Select the run'],
  ['c', 'Compare the selected runs'], ['w', 'What if, for the selected runs or this one'],
  ['l', 'Logarithmic scale on and off'], ['Esc', 'Back to all runs'], ['?', 'This help'],
];

export function help() {
  const dialog = h('dialog', {'aria-labelledby': 'help-title', onclose: () => dialog.remove()},
    h('form', {method: 'dialog'},
      h('h2', {id: 'help-title'}, 'Help'),
      h('dl', {class: 'keys'}, KEYS.map(([key, what]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)])),
      h('h3', {}, 'Words'),
      Object.values(MEANINGS).map((text) => h('p', {}, text)),
      h('p', {}, 'A shadow policy only records what it would have decided. Kept is the epoch whose weights the run keeps.'),
      h('div', {class: 'actions'}, h('button', {class: 'primary'}, 'Close'))));
  document.body.append(dialog);
  dialog.showModal();
}

/** Calls what a view does for a key, unless somebody is typing. */
export function listen(keysOfView) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const control = event.target.closest?.('input, select, textarea, button, a, summary');
    const typing = control?.matches('input:not([type=checkbox], [type=range]), select, textarea');
    if (typing) {
      if (event.key === 'Escape') control.blur();
      return;
    }
    if (event.key === 'Enter' && control) return;
    const action = {'?': help, '/': () => document.getElementById('search')?.focus(), ...keysOfView()}[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
}
