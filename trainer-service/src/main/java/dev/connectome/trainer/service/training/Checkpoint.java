package dev.connectome.trainer.service.training;

import java.util.Map;

/**
 * All that a training needs to go on as if it had never stopped.
 *
 * @param epoch epochs trained to their end
 * @param nextBatch mini-batches already trained of the epoch after it
 * @param weights the network's parameters, in DJL's own format
 * @param optimizerState the optimiser's arrays, in DJL's own format
 * @param optimizerSteps updates of each parameter so far
 */
@SuppressWarnings("ArrayRecordComponent")
record Checkpoint(
    int epoch,
    int nextBatch,
    byte[] weights,
    byte[] optimizerState,
    Map<String, Integer> optimizerSteps) {

  /** How much there is to write. */
  long bytes() {
    return (long) weights.length + optimizerState.length;
  }
}
