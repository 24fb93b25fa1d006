package dev.connectome.trainer.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;

/** A network and its observed layers, in the order in which they compute. */
sealed interface ObservedNetwork {

  List<String> names();

  /** Runs the network in inference mode and returns the outputs, in the order of {@link #names}. */
  List<NDArray> outputs(ParameterStore parameters, NDList inputs);

  /**
   * Nested sequential blocks, run block by block up to the last observed layer.
   *
   * @param stepNames for each block, the observed layer whose output it gives; empty for none
   */
  record Steps(List<Block> blocks, List<String> stepNames) implements ObservedNetwork {

    @Override
    public List<String> names() {
      return stepNames.stream().filter(name -> !name.isEmpty()).toList();
    }

    @Override
    public List<NDArray> outputs(ParameterStore parameters, NDList inputs) {
      List<NDArray> outputs = new ArrayList<>();
      NDList current = inputs;
      for (int i = 0; i < blocks.size(); i++) {
        current = blocks.get(i).forward(parameters, current, false);
        if (!stepNames.get(i).isEmpty()) {
          outputs.add(current.singletonOrThrow());
        }
      }
      return outputs;
    }
  }

  /** A network of any structure, with wrapped layers. */
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
              "layer \"%s\" is used %d times in a forward pass; only a layer used once can be observed"
                  .formatted(names.get(i), recordings.get(i).size()));
        }
        outputs.add(recordings.get(i).get(0));
      }
      return outputs;
    }
  }
}
