package dev.connectome.benchmarks.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A simulated run, with a new uid, so that the platform has no state of it.
 *
 * @param number among all runs of this process, from 0; determines its activations
 */
record SyntheticRun(UUID uid, int number) {

  static List<SyntheticRun> create(int count, int firstNumber) {
    List<SyntheticRun> runs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      runs.add(new SyntheticRun(UUID.randomUUID(), firstNumber + i));
    }
    return runs;
  }

  byte[] key() {
    return uid.toString().getBytes(UTF_8);
  }
}
