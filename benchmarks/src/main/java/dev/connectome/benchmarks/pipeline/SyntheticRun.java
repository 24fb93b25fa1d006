package dev.connectome.benchmarks.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A run that is played. Its uid is new, so that nothing is known of it on the platform.
 *
 * @param uid its uid
 * @param number its number among all runs of this process, from 0; its activations follow from it
 */
record SyntheticRun(UUID uid, int number) {

  static List<SyntheticRun> several(int count, int firstNumber) {
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
