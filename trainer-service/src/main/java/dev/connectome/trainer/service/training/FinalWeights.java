package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.trainer.service.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the weights that a run keeps at its end, and evaluates them. */
final class FinalWeights {

  private static final Logger LOG = LoggerFactory.getLogger(FinalWeights.class);
  private static final String EPOCH = "epoch";

  private final KeptWeights wanted;
  private final CheckpointStore store;
  private final EpochEvaluator evaluator;
  private final NDManager manager;
  private final NetworkBuilder networks;
  private final BooleanSupplier deadlineNear;

  /** Builds the run's network, without weights. */
  interface NetworkBuilder {
    Block build() throws UserException;
  }

  /**
   * What is kept.
   *
   * @param checkpoint holds the weights as its result
   * @param weights which they are
   * @param metrics theirs
   */
  record Chosen(StoredCheckpoint checkpoint, KeptWeights weights, Map<String, Double> metrics) {}

  FinalWeights(
      KeptWeights wanted,
      CheckpointStore store,
      EpochEvaluator evaluator,
      NDManager manager,
      NetworkBuilder networks,
      BooleanSupplier deadlineNear) {
    this.wanted = wanted;
    this.store = store;
    this.evaluator = evaluator;
    this.manager = manager;
    this.networks = networks;
    this.deadlineNear = deadlineNear;
  }

  /**
   * Chooses the weights of the epoch that is asked for, else of the best, else of the moment; where
   * a checkpoint is missing or damaged, the next of them.
   *
   * @param now the checkpoint of the moment
   * @param metrics those of the last epoch
   */
  Chosen choose(StoredCheckpoint now, Optional<Integer> asked, Map<String, Double> metrics)
      throws IOException, UserException {
    Optional<Integer> best = now.position().best().map(BestEpoch.Found::epoch);
    Optional<StoredCheckpoint> atEpoch = atEndOf(asked, now);
    if (atEpoch.isEmpty()) {
      atEpoch = atEndOf(best, now);
    }
    StoredCheckpoint chosen = atEpoch.orElse(now);
    KeptWeights weights =
        chosen.average().isPresent()
            ? KeptWeights.KEPT_WEIGHTS_AVERAGE
            : wanted == KeptWeights.KEPT_WEIGHTS_BEST && atEpoch.isPresent()
                ? KeptWeights.KEPT_WEIGHTS_BEST
                : KeptWeights.KEPT_WEIGHTS_EPOCH;
    Map<String, Double> measured = new LinkedHashMap<>(chosen == now ? metrics : Map.of());
    measure(chosen, chosen != now, measured);
    return new Chosen(chosen, weights, measured);
  }

  private Optional<StoredCheckpoint> atEndOf(Optional<Integer> epoch, StoredCheckpoint now)
      throws IOException {
    if (epoch.isEmpty()) {
      return Optional.empty();
    }
    return epoch.get() == now.epoch() && now.nextBatch() == 0
        ? Optional.of(now)
        : store.atEndOf(epoch.get());
  }

  private void measure(StoredCheckpoint chosen, boolean earlier, Map<String, Double> metrics)
      throws IOException, UserException {
    boolean averaged = chosen.average().isPresent();
    if (averaged) {
      metrics.keySet().removeIf(EpochEvaluator::isMeasured);
    }
    boolean done = measure(chosen.result(), "", averaged || earlier, metrics);
    if (averaged) {
      done &= measure(chosen.weights(), EPOCH, true, metrics);
    }
    if (!done) {
      LOG.warn("deadline near, weights kept without a complete evaluation");
    }
  }

  private boolean measure(
      Path parameters, String prefix, boolean validate, Map<String, Double> metrics)
      throws IOException, UserException {
    try (NDManager own = manager.newSubManager()) {
      Block network = networks.build();
      NetworkState.load(network, own, parameters);
      return evaluator.test(network, prefix, deadlineNear, metrics)
          && (!validate || evaluator.validate(network, prefix, deadlineNear, metrics));
    }
  }
}
