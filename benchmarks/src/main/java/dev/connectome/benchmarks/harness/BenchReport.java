package dev.connectome.benchmarks.harness;

import java.util.List;

/** What a benchmark found: a record whose components are the JSON that is printed. */
public interface BenchReport {
  /** The report for people. */
  List<String> lines();

  /** Whether every check held; otherwise the command exits with code 1. */
  boolean passed();
}
