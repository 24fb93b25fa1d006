package dev.connectome.cli.demo;

import java.util.Collection;

/** Shows the progress of runs. */
interface ProgressView {
  /** Shows the runs as they are now, always in the same order. */
  void show(Collection<ObservedRun> runs);

  void print(String line);
}
