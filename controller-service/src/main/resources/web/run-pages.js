/** Runs, newest first, as far as they have been scrolled to; pages in view are read again and again. */

import {listRuns} from './api.js';

const PAGE = 100;
const EVERY_MILLIS = 2000;

export class RunPages {
  #known = new Map();
  #pages = [];
  #conditions;
  #changed;
  #timer;
  #abort = new AbortController();
  #reading;
  runs = [];
  complete = false;
  loaded = false;

  /** @param conditions of ListTrainingRuns @param changed is called after every answer, with the failure if there was one */
  constructor(conditions, changed) {
    this.#conditions = conditions;
    this.#changed = changed;
    this.more();
  }

  /** Reads the next page, unless all are read or nobody looks any more; after a failure only once another read has succeeded. */
  more() {
    if (this.complete || this.#reading || this.failure || this.#abort.signal.aborted) return;
    const token = this.#pages.at(-1)?.next ?? '';
    this.#reading = this.#read({token}).then((page) => {
      if (page) {
        this.#pages.push(page);
        this.complete = !page.next;
      }
    }).finally(() => {
      this.#reading = undefined;
      this.loaded = true;
      this.#changed();
    });
  }

  /** Keeps the pages of these rows fresh. */
  inView(from, to) {
    this.range = [from, to];
    this.#timer ??= setTimeout(() => this.#refresh(), EVERY_MILLIS);
  }

  async #refresh() {
    if (!document.hidden && !this.#reading) {
      const [from, to] = this.range;
      const seen = this.runs.slice(from, to + 1);
      const stale = this.#pages.filter((page, index) => index === 0 || seen.some((run) => page.uids.has(run.uid)));
      for (const page of stale.length ? stale : [{token: ''}]) {
        await this.#read(page);
      }
      this.#changed();
    }
    if (!this.#abort.signal.aborted) this.#timer = setTimeout(() => this.#refresh(), EVERY_MILLIS);
  }

  /** Reads a page; a run that was on it and is not there now has been deleted or no longer meets the conditions. */
  async #read(page) {
    let answer;
    try {
      answer = await listRuns({...this.#conditions, pageSize: PAGE, pageToken: page.token}, this.#abort.signal);
      this.failure = undefined;
    } catch (failure) {
      if (failure.name !== 'AbortError') this.failure = failure;
      return undefined;
    }
    const uids = new Set(answer.trainingRuns.map((run) => run.uid));
    const last = answer.nextPageToken ? answer.trainingRuns.at(-1) : undefined;
    for (const uid of page.uids ?? []) {
      const run = this.#known.get(uid);
      const pushedOut = run && last && run.createTime < last.createTime;
      if (!uids.has(uid) && !pushedOut) this.#known.delete(uid);
      if (pushedOut) uids.add(uid);
    }
    answer.trainingRuns.forEach((run) => this.#known.set(run.uid, run));
    page.uids = uids;
    page.next ??= answer.nextPageToken;
    this.runs = [...this.#known.values()].sort((a, b) =>
      a.createTime === b.createTime ? (a.uid < b.uid ? 1 : -1) : a.createTime < b.createTime ? 1 : -1);
    return page;
  }

  close() {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }
}
