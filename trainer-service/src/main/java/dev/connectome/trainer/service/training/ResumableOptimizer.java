package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.trainer.service.UserException;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An optimizer whose state can be saved and restored, because it is keyed by the names of the
 * parameters, which are the same in every process. DJL's own optimizers key it by random ids, and
 * copy each gradient first, for networks on several devices.
 */
abstract sealed class ResumableOptimizer {

  private static final float NO_RESCALING = 1;
  private static final float NO_CLIPPING = -1;

  private final float weightDecay;
  private final Map<String, NDArray> states = new TreeMap<>();
  private final Map<String, Integer> steps = new TreeMap<>();

  private ResumableOptimizer(float weightDecay) {
    this.weightDecay = weightDecay;
  }

  /**
   * Makes an optimizer.
   *
   * @throws UserException if its name or that of its schedule is unknown
   */
  static ResumableOptimizer of(OptimizerSpec spec, Schedules.Length length) throws UserException {
    float decay = (float) spec.getWeightDecay();
    Tracker rate = Schedules.of(spec, length);
    return switch (spec.getName()) {
      case "sgd" -> new Momentum(decay, rate, (float) spec.getMomentum());
      case "adam" -> new Adam(decay, rate, false);
      case "adamw" -> new Adam(decay, rate, true);
      default ->
          throw new UserException(
              "unknown optimizer \"%s\"; this trainer knows: sgd, adam, adamw"
                  .formatted(spec.getName()));
    };
  }

  /** Updates all parameters that have gradients. */
  void step(Block network) {
    for (Pair<String, Parameter> parameter : network.getParameters()) {
      String name = parameter.getKey();
      NDArray weight = parameter.getValue().getArray();
      if (weight.hasGradient()) {
        try (NDArray gradient = weight.getGradient()) {
          update(name, weight, gradient, steps.merge(name, 1, Integer::sum));
        }
      }
    }
  }

  float weightDecay() {
    return weightDecay;
  }

  abstract void update(String name, NDArray weight, NDArray gradient, int step);

  /** The state of a parameter, of one kind; zeros at first. */
  NDArray state(String name, String kind, NDArray weight) {
    return states.computeIfAbsent(
        name + ':' + kind,
        key -> {
          NDArray zeros = weight.zerosLike();
          zeros.detach();
          zeros.setName(key);
          return zeros;
        });
  }

  /** All states, in the format of DJL's {@code NDList.encode}. */
  Content content(boolean copy) {
    byte[] count = ByteBuffer.allocate(Integer.BYTES).putInt(states.size()).array();
    return ArrayContent.of(
        count,
        Collections.nCopies(states.size(), count.length),
        List.copyOf(states.values()),
        copy);
  }

  /** The number of updates of each parameter. */
  Map<String, Integer> steps() {
    return Map.copyOf(steps);
  }

  /** Restores a saved state. */
  void restore(NDManager manager, DataInputStream saved, Map<String, Integer> savedSteps)
      throws IOException {
    states.clear();
    for (int left = saved.readInt(); left > 0; left--) {
      NDArray array = ArrayFormat.read(manager, saved);
      array.detach();
      states.put(array.getName(), array);
    }
    steps.clear();
    steps.putAll(savedSteps);
  }

  private static final class Momentum extends ResumableOptimizer {
    private final Tracker rate;
    private final float momentum;

    Momentum(float weightDecay, Tracker rate, float momentum) {
      super(weightDecay);
      this.rate = rate;
      this.momentum = momentum;
    }

    @Override
    void update(String name, NDArray weight, NDArray gradient, int step) {
      var inputs = new NDList(weight, gradient);
      if (momentum != 0) {
        inputs.add(state(name, "momentum", weight));
      }
      weight
          .getNDArrayInternal()
          .sgdUpdate(
              inputs,
              new NDList(weight),
              rate.getNewValue(step),
              weightDecay(),
              NO_RESCALING,
              NO_CLIPPING,
              momentum,
              false);
    }
  }

  private static final class Adam extends ResumableOptimizer {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    private final Tracker rate;
    private final boolean decoupledDecay;

    Adam(float weightDecay, Tracker rate, boolean decoupledDecay) {
      super(weightDecay);
      this.rate = rate;
      this.decoupledDecay = decoupledDecay;
    }

    @Override
    void update(String name, NDArray weight, NDArray gradient, int step) {
      double correction = Math.sqrt(1 - Math.pow(BETA2, step)) / (1 - Math.pow(BETA1, step));
      float stepSize = rate.getNewValue(step);
      weight
          .getNDArrayInternal()
          .adamUpdate(
              new NDList(
                  weight, gradient, state(name, "mean", weight), state(name, "variance", weight)),
              new NDList(weight),
              stepSize,
              (float) (stepSize * correction),
              weightDecay(),
              NO_RESCALING,
              NO_CLIPPING,
              BETA1,
              BETA2,
              EPSILON,
              false,
              decoupledDecay);
    }
  }
}
