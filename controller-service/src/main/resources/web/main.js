/** The page of a controller. */

import {connection} from './api.js';
import {fleet} from './fleet.js';
import {startHealth} from './health.js';
import {shell} from './shell.js';
import {enter, signIn} from './sign-in.js';

const {main, show, close} = shell({
  fleet: async () => fleet,
  run: async () => (await import('./run.js')).run,
  whatif: async () => (await import('./what-if.js')).whatIf,
  compare: async () => (await import('./compare.js')).compare,
}, 'fleet');

connection.addEventListener('unknown', () => {
  close();
  signIn(main, show);
});
await enter();
startHealth();
show();
