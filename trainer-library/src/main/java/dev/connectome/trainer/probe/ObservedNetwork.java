package dev.connectome.trainer.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A network and its observed layers, in the order in which they compute. */
sealed interface ObservedNetwork {

  List<String> names();

  /**
   * Runs the network in inference mode.
   *
   * @param whole whether the output of the network is wanted too
   */
  Pass run(ParameterStore parameters, NDList inputs, boolean whole);

  /**
   * What a pass gave.
   *
   * @param layers the outputs of the observed layers, in the order of {@link #names}
   * @param output the output of the network, if it was wanted
   */
  record Pass(List<NDArray> layers, Optional<NDList> output) {}

  /**
   * Nested sequential blocks, run block by block up to the last observed layer unless the output is
   * wanted.
   *
   * @param blocks all blocks of the network
   * @param stepNames for each block up to the last observed layer, the observed layer whose output
   *     it gives; empty for none
   */
  record Steps(List<Block> blocks, List<String> stepNames) implements ObservedNetwork {

    @Override
    public List<String> names() {
      return stepNames.stream().filter(name -> !name.isEmpty()).toList();
    }

    @Override
    public Pass run(ParameterStore parameters, NDList inputs, boolean whole) {
      List<NDArray> layers = new ArrayList<>();
      NDList current = inputs;
      for (int i = 0; i < (whole ? blocks.size() : stepNames.size()); i++) {
        current = blocks.get(i).forward(parameters, current, false);
        if (i < stepNames.size() && !stepNames.get(i).isEmpty()) {
          layers.add(current.singletonOrThrow());
        }
      }
      return new Pass(layers, whole ? Optional.of(current) : Optional.empty());
    }
  }

  /** A network of any structure, with wrapped layers. */
  record Wrapped(Block network, List<Observed> layers, List<String> names)
      implements ObservedNetwork {

    @Override
    public Pass run(ParameterStore parameters, NDList inputs, boolean whole) {
      List<List<NDArray>> recordings = new ArrayList<>();
      for (Observed layer : layers) {
        List<NDArray> recording = new ArrayList<>();
        recordings.add(recording);
        layer.record(recording);
      }
      NDList output;
      try {
        output = network.forward(parameters, inputs, false);
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
      return new Pass(outputs, whole ? Optional.of(output) : Optional.empty());
    }
  }
}
