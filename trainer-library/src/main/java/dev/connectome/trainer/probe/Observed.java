package dev.connectome.trainer.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Marks a layer to be observed, in a network of any structure: use it in place of the layer. It
 * computes the same. To observe neurons after their non-linearity, wrap the layer and its
 * non-linearity together, for example in a {@link ai.djl.nn.SequentialBlock}.
 *
 * <p>The neurons are the second axis of the output; any further axes, such as the positions of a
 * convolution, are averaged. The layer may be used only once in a forward pass.
 */
public final class Observed extends AbstractBlock {

  private static final byte VERSION = 1;

  private final Optional<String> name;
  private final Block layer;
  private @Nullable List<NDArray> recording;

  private Observed(Optional<String> name, Block layer) {
    super(VERSION);
    this.name = name;
    this.layer = addChildBlock("observed", layer);
  }

  /**
   * Marks a layer, which is named by its type and its position: {@code dense1}, {@code conv2}.
   *
   * @param layer the layer
   * @return a block to use in place of the layer
   */
  public static Observed of(Block layer) {
    return new Observed(Optional.empty(), layer);
  }

  /**
   * Marks a layer.
   *
   * @param name its name, unique in the network
   * @param layer the layer
   * @return a block to use in place of the layer
   */
  public static Observed of(String name, Block layer) {
    return new Observed(Optional.of(name), layer);
  }

  Optional<String> name() {
    return name;
  }

  Block layer() {
    return layer;
  }

  /** Adds every output to a list from now on; null stops it. */
  void record(@Nullable List<NDArray> outputs) {
    recording = outputs;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDList outputs = layer.forward(parameterStore, inputs, training, params);
    if (recording != null) {
      recording.add(outputs.head());
    }
    return outputs;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return layer.getOutputShapes(inputShapes);
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputShapes) {
    layer.initialize(manager, dataType, inputShapes);
  }
}
