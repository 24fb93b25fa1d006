package dev.connectome.trainer.probe;

import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.nn.core.Linear;
import ai.djl.nn.core.Prelu;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds the layers to observe. If layers are wrapped in {@link Observed}, it is these. Otherwise
 * the network must consist of nested {@link SequentialBlock}s, and it is the fully connected layers
 * (type dense) and convolutions (type conv), each after the non-linearity that follows it, without
 * the last layer, which is the output.
 */
final class ObservedLayers {

  private static final String DENSE = "dense";
  private static final String CONVOLUTION = "conv";

  /** A layer that can be observed; {@code place} is where its output is found. */
  private record Layer<T>(String name, String type, T place) {
    boolean matches(String nameOrType) {
      return name.equals(nameOrType) || type.equals(nameOrType);
    }
  }

  private ObservedLayers() {}

  /** See {@link ActivationProbe#check}. */
  static ObservedNetwork of(Block network, List<String> selectors) {
    List<Observed> wrapped = new ArrayList<>();
    findWrapped(network, wrapped);
    return wrapped.isEmpty() ? steps(network, selectors) : wrapped(network, wrapped, selectors);
  }

  private static ObservedNetwork wrapped(
      Block network, List<Observed> wrapped, List<String> selectors) {
    List<Layer<Observed>> layers = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    for (Observed observed : wrapped) {
      String type = type(observed.layer());
      String name = observed.name().orElseGet(() -> type + counts.merge(type, 1, Integer::sum));
      if (layers.stream().anyMatch(layer -> layer.name().equals(name))) {
        throw new IllegalArgumentException(
            "two observed layers are called \"%s\"; give them different names".formatted(name));
      }
      layers.add(new Layer<>(name, type, observed));
    }
    List<Layer<Observed>> chosen = selectors.isEmpty() ? layers : choose(layers, selectors);
    return new ObservedNetwork.Wrapped(
        network,
        chosen.stream().map(Layer::place).toList(),
        chosen.stream().map(Layer::name).toList());
  }

  private static ObservedNetwork steps(Block network, List<String> selectors) {
    List<Block> blocks = new ArrayList<>();
    flatten(network, blocks);
    List<Layer<Integer>> chosen =
        choose(hidden(blocks), selectors.isEmpty() ? List.of(DENSE) : selectors);
    int last = chosen.stream().mapToInt(Layer::place).max().orElseThrow();
    Map<Integer, String> names = new LinkedHashMap<>();
    chosen.forEach(layer -> names.put(layer.place(), layer.name()));
    List<String> stepNames = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      stepNames.add(names.getOrDefault(i, ""));
    }
    return new ObservedNetwork.Steps(List.copyOf(blocks), stepNames);
  }

  private static <T> List<Layer<T>> choose(List<Layer<T>> layers, List<String> selectors) {
    for (String name : selectors) {
      if (layers.stream().noneMatch(layer -> layer.matches(name))) {
        throw new IllegalArgumentException(
            layers.isEmpty()
                ? "the network has no hidden layer to observe; wrap one in Observed.of(layer)"
                : "the network has no hidden layer \"%s\"; it has: %s"
                    .formatted(name, String.join(", ", layers.stream().map(Layer::name).toList())));
      }
    }
    return layers.stream().filter(layer -> selectors.stream().anyMatch(layer::matches)).toList();
  }

  private static void findWrapped(Block block, List<Observed> found) {
    if (block instanceof Observed observed) {
      found.add(observed);
    }
    for (Pair<String, Block> child : block.getChildren()) {
      findWrapped(child.getValue(), found);
    }
  }

  private static void flatten(Block block, List<Block> blocks) {
    if (block instanceof SequentialBlock sequence) {
      for (Pair<String, Block> child : sequence.getChildren()) {
        flatten(child.getValue(), blocks);
      }
    } else if (!block.getChildren().isEmpty()) {
      throw new IllegalArgumentException(
          ("only networks of nested sequential blocks can be observed as they are, and %s is not"
                  + " one; wrap the layers to observe in Observed.of(layer)")
              .formatted(block.getClass().getSimpleName()));
    } else {
      blocks.add(block);
    }
  }

  /** Each layer is found at the block after its non-linearity. */
  private static List<Layer<Integer>> hidden(List<Block> blocks) {
    List<Layer<Integer>> layers = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < blocks.size(); i++) {
      if (isLayer(blocks.get(i))) {
        String type = type(blocks.get(i));
        int number = counts.merge(type, 1, Integer::sum);
        layers.add(new Layer<>(type + number, type, afterNonLinearity(blocks, i)));
      }
    }
    return layers.isEmpty() ? layers : layers.subList(0, layers.size() - 1);
  }

  private static int afterNonLinearity(List<Block> blocks, int layer) {
    int next = layer + 1;
    while (next < blocks.size() && blocks.get(next) instanceof BatchNorm) {
      next++;
    }
    return next < blocks.size() && isNonLinearity(blocks.get(next)) ? next : layer;
  }

  private static boolean isLayer(Block block) {
    return block instanceof Linear || block instanceof Convolution;
  }

  /** Pooling and flattening are lambdas too; only their names tell them apart. */
  private static boolean isNonLinearity(Block block) {
    if (block instanceof LambdaBlock lambda) {
      String name = lambda.getName();
      return !name.contains("Pool") && !name.contains("Flatten");
    }
    return block instanceof Prelu;
  }

  /** The type of a layer, or of the first layer within it. */
  private static String type(Block block) {
    if (block instanceof Linear) {
      return DENSE;
    }
    if (block instanceof Convolution) {
      return CONVOLUTION;
    }
    for (Pair<String, Block> child : block.getChildren()) {
      String type = type(child.getValue());
      if (type.equals(DENSE) || type.equals(CONVOLUTION)) {
        return type;
      }
    }
    return block.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
