package dev.connectome.trainer.probe;

import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of a network made of nested {@link SequentialBlock}s, and those of them after which
 * neurons are observed: the non-linearity that follows a hidden fully connected layer, or the layer
 * itself if none follows. The last fully connected layer is the output and not observed.
 */
final class ObservedLayers {

  /**
   * A block without inner structure that counts here.
   *
   * @param block the block
   * @param observedAs the name under which its output is observed; empty if it is not
   */
  record Step(Block block, String observedAs) {
    boolean isObserved() {
      return !observedAs.isEmpty();
    }
  }

  private ObservedLayers() {}

  /** The steps up to the last observed one. */
  static List<Step> steps(Block network) {
    List<Block> blocks = new ArrayList<>();
    flatten(network, blocks);
    Map<Integer, String> observed = observed(blocks);
    if (observed.isEmpty()) {
      throw new IllegalArgumentException(
          "the network has no hidden fully connected layer to observe");
    }
    int last = observed.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      steps.add(new Step(blocks.get(i), observed.getOrDefault(i, "")));
    }
    return steps;
  }

  private static void flatten(Block block, List<Block> blocks) {
    if (block instanceof SequentialBlock sequence) {
      for (Pair<String, Block> child : sequence.getChildren()) {
        flatten(child.getValue(), blocks);
      }
    } else if (!block.getChildren().isEmpty()) {
      throw new IllegalArgumentException(
          "only networks of nested sequential blocks can be observed, and %s is none"
              .formatted(block.getClass().getSimpleName()));
    } else {
      blocks.add(block);
    }
  }

  private static Map<Integer, String> observed(List<Block> blocks) {
    Map<Integer, String> observed = new HashMap<>();
    int linear = -1;
    int candidate = -1;
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      if (block instanceof Linear) {
        if (candidate >= 0) {
          observed.put(candidate, "dense" + (observed.size() + 1));
        }
        linear = i;
        candidate = i;
      } else if (block instanceof LambdaBlock && candidate == linear && linear >= 0) {
        candidate = i;
      }
    }
    return observed;
  }
}
