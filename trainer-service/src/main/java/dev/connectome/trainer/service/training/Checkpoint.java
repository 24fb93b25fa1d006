package dev.connectome.trainer.service.training;

import java.lang.reflect.Array;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a training needs to continue as if it had not stopped.
 *
 * @param epoch the last completed epoch
 * @param nextBatch the next mini-batch of the epoch after it, from 0
 * @param weights the network's parameters, in DJL's format
 * @param average those of the averaged network; empty if there is none
 * @param optimizerState the optimizer's arrays, in DJL's format
 * @param optimizerSteps the number of updates of each parameter
 * @param best the best epoch so far; empty if there is none or the run does not ask for it
 */
@SuppressWarnings("ArrayRecordComponent")
record Checkpoint(
    int epoch,
    int nextBatch,
    byte[] weights,
    Optional<byte[]> average,
    byte[] optimizerState,
    Map<String, Integer> optimizerSteps,
    Optional<BestEpoch.Found> best) {

  /** What the run keeps: the average if there is one, else the weights. */
  byte[] result() {
    return average.orElse(weights);
  }

  boolean isTrained() {
    return epoch > 0 || nextBatch > 0;
  }

  long bytes() {
    return (long) weights.length + average.map(Array::getLength).orElse(0) + optimizerState.length;
  }
}
