package dev.connectome.cli.demo;

import java.util.Collection;

/** Shows how runs get on. */
interface ProgressView {
  /**
   * Shows how they are now.
   *
   * @param runs all of them, always in the same order
   */
  void show(Collection<ObservedRun> runs);

  /**
   * Shows a line of text.
   *
   * @param line the line
   */
  void say(String line);
}
