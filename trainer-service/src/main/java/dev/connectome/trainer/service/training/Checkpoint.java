package dev.connectome.trainer.service.training;

import java.util.Map;

/**
 * Everything that a training needs to continue as if it had not stopped.
 *
 * @param epoch the last completed epoch
 * @param nextBatch the next mini-batch of the epoch after it, from 0
 * @param weights the network's parameters, in DJL's format
 * @param optimizerState the optimizer's arrays, in DJL's format
 * @param optimizerSteps the number of updates of each parameter
 */
@SuppressWarnings("ArrayRecordComponent")
record Checkpoint(
    int epoch,
    int nextBatch,
    byte[] weights,
    byte[] optimizerState,
    Map<String, Integer> optimizerSteps) {

  long bytes() {
    return (long) weights.length + optimizerState.length;
  }
}
