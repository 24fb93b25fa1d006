package dev.connectome.trainer.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;

/** A network and the places in it that are observed, in the order in which they compute. */
sealed interface ObservedNetwork {

  /** The names of the observed layers, each once. */
  List<String> names();

  /**
   * Runs the network, in inference mode.
   *
   * @return the output of each observed layer, in the order of their names
   */
  List<NDArray> outputs(ParameterStore parameters, NDList inputs);

  /**
   * Nested sequential blocks, run step by step and no further than observed.
   *
   * @param blocks the steps
   * @param stepNames the layer that each step ends; empty if it ends none that is observed
   */
  record Steps(List<Block> blocks, List<String> stepNames) implements ObservedNetwork {

    @Override
    public List<String> names() {
      return stepNames.stream().filter(name -> !name.isEmpty()).toList();
    }

    @Override
    public List<NDArray> outputs(ParameterStore parameters, NDList inputs) {
      List<NDArray> outputs = new ArrayList<>();
      NDList flowing = inputs;
      for (int i = 0; i < blocks.size(); i++) {
        flowing = blocks.get(i).forward(parameters, flowing, false);
        if (!stepNames.get(i).isEmpty()) {
          outputs.add(flowing.singletonOrThrow());
        }
      }
      return outputs;
    }
  }

  /**
   * A network of any structure, whose author wrapped the layers to observe.
   *
   * @param network the whole
   * @param layers those that are observed
   * @param names their names
   */
  record Wrapped(Block network, List<Observed> layers, List<String> names)
      implements ObservedNetwork {

    @Override
    public List<NDArray> outputs(ParameterStore parameters, NDList inputs) {
      List<List<NDArray>> recordings = new ArrayList<>();
      for (Observed layer : layers) {
        List<NDArray> recording = new ArrayList<>();
        recordings.add(recording);
        layer.record(recording);
      }
      try {
        network.forward(parameters, inputs, false);
      } finally {
        layers.forEach(layer -> layer.record(null));
      }
      List<NDArray> outputs = new ArrayList<>();
      for (int i = 0; i < layers.size(); i++) {
        if (recordings.get(i).size() != 1) {
          throw new IllegalArgumentException(
              "layer \"%s\" computes %d times in a pass, and only once can be observed"
                  .formatted(names.get(i), recordings.get(i).size()));
        }
        outputs.add(recordings.get(i).get(0));
      }
      return outputs;
    }
  }
}
