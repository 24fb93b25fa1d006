package dev.connectome.trainer.service.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a training needs to continue as if it had not stopped, to be written.
 *
 * @param position how far the training has come
 * @param weights the network's parameters, in DJL's format
 * @param average those of the averaged network; empty if there is none
 * @param optimizerState the optimizer's arrays, in DJL's format
 * @param copied whether the training may go on before all is written
 */
record Checkpoint(
    Position position,
    Content weights,
    Optional<Content> average,
    Content optimizerState,
    boolean copied)
    implements AutoCloseable {

  /**
   * How far a training has come.
   *
   * @param epoch the last completed epoch
   * @param nextBatch the next mini-batch of the epoch after it, from 0
   * @param partial the metrics of the mini-batches before that; empty if they are not known
   * @param optimizerSteps the number of updates of each parameter
   * @param best the best epoch so far; empty if there is none or the run does not ask for it
   */
  record Position(
      int epoch,
      int nextBatch,
      Optional<EpochSums> partial,
      Map<String, Integer> optimizerSteps,
      Optional<BestEpoch.Found> best) {

    boolean isTrained() {
      return epoch > 0 || nextBatch > 0;
    }
  }

  /** What the run keeps is the average if there is one, else the weights. */
  Map<String, Content> files() {
    Map<String, Content> files = new LinkedHashMap<>();
    files.put(StoredCheckpoint.RESULT, average.orElse(weights));
    files.put(StoredCheckpoint.OPTIMIZER, optimizerState);
    if (average.isPresent()) {
      files.put(StoredCheckpoint.TRAINING, weights);
    }
    return files;
  }

  long bytes() {
    return files().values().stream().mapToLong(Content::bytes).sum();
  }

  @Override
  public void close() {
    files().values().forEach(Content::close);
  }
}
