package dev.connectome.cli.demo;

import java.util.Collection;

/** Shows how runs get on. */
interface LiveView {
  /**
   * Shows how they are now.
   *
   * @param runs all of them, always in the same order
   */
  void show(Collection<Observed> runs);

  /**
   * Shows a line of text.
   *
   * @param line the line
   */
  void say(String line);
}
